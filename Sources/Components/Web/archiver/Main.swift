// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArchiverRecord
import HTTP
import Microkit
import ProgramHeap
import Records
import SerialWiring
import Serving
import Time
import UploadService
import WebServing

/// Files in, a zip archive out, over HTTP.
@main enum Main {
  static func main() {
    let settings = ArchiverSettings.linked()
    let service = UploadService { now in
      settings.startTime == 0
        ? nil : Int64(clamping: settings.startTime) &+ Int64(clamping: (now - .start).seconds)
    }
    serve(service.routes, port: settings.port, isSilent: settings.isSilent)
  }
}
