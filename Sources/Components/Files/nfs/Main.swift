// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Networking
import ProgramHeap
import Records
import SerialWiring

@main enum Main {
  static func main() {
    let program = FileServerProgram(
      console: Console(SerialClientConfig.linked()), config: NFSConfig.linked(),
      client: FileSystemServerConfig.linked())
    run(NetworkDomain(program, FileServerProgram.network))
  }
}
