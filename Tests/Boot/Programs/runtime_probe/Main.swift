// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit
import IndexSets
import Microkit

@main enum Main {
  static func main() { run(Probe()) }
}

/// Signals its parent at start and in reply to each signal; the second time after an unknown system call.
struct Probe: ProtectionDomain {
  private var signals = 0

  init() { Channel(0).notify() }

  mutating func notified(_ channels: ChannelSet) {
    signals &+= 1
    if signals == 2 { cmicrokit_send(1000, 0, 0) }
    Channel(0).notify()
  }
}
