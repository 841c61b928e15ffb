// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Networking
import ProgramHeap
import Records
import SerialWiring

@main enum Main {
  static func main() {
    run(NetworkDomain(Echo(console: Console(SerialClientConfig.linked())), Echo.network))
  }
}
