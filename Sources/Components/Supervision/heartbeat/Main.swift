// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records

/// Signals the supervisor once in each period of its budget: a clock without a device, which no other domain can stop.
@main enum Main {
  static func main() {
    let supervisor = Channel(SupervisedConfig.linked()[SupervisedConfig.supervisorID])
    while true {
      supervisor.notify()
      // Gives up the rest of the budget, so that the kernel continues here in the next period.
      yieldTurn()
    }
  }
}
