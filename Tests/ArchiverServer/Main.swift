// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HTTP
import HostSockets
import Time
import UploadService

/// The upload service on a port that it prints, for tests with clients of other makers. It ends with its standard input.
@main
struct ArchiverServer {
  static func main() throws(SocketFailure) {
    let service = UploadService { _ in Int64(time(nil)) }
    var server = HTTPServer(service.routes)
    var pump = try SocketServerPump()
    print(pump.port)
    fflush(nil)
    pump.run(&server, until: { inputEnded() })
  }

  private static func inputEnded() -> Bool {
    var poll = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) > 0
  }
}
