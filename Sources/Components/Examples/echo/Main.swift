// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Networking
import ProgramHeap
import Records
import SerialWiring

enum Needs {
  // TCP's buffers and tables.
  @section(".serval_heap_needs") @used static let heap: UInt64 = 18_200_000
}

@main enum Main {
  static func main() {
    run(NetworkDomain(Echo(console: Console(SerialClientConfig.linked())), Echo.network))
  }
}
