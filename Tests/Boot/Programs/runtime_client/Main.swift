// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records
import SerialWiring
import TimerWiring

@main enum Main {
  static func main() {
    run(
      Client(
        console: Console(SerialClientConfig.linked()),
        timer: TimerClient(TimerClientConfig.linked())))
  }
}
