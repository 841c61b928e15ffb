// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Networking
import ProgramHeap
import Records
import SerialWiring

@main enum Main {
  static func main() {
    let program = WebServerProgram(
      console: Console(SerialClientConfig.linked()), config: WebServerConfig.linked(),
      files: FileSystemClientConfig.linked())
    run(NetworkDomain(program, WebServerProgram.network))
  }
}
