// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Networking
import ProgramHeap
import Records
import SerialWiring

enum Needs {
  // TCP's buffers and tables; files in use come on top.
  @section(".serval_heap_needs") @used static let heap: UInt64 = 2_000_000
  // 25 KB under load.
  @section(".serval_stack_needs") @used static let stack: UInt64 = 40_960
}

@main enum Main {
  static func main() {
    let program = FileServerProgram(
      console: Console(SerialClientConfig.linked()), config: NFSConfig.linked(),
      client: FileSystemServerConfig.linked())
    run(NetworkDomain(program, FileServerProgram.network))
  }
}
