// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The first program of docs/programs.md, which has this text; Tests/Boot/emulated.py runs it.

import IndexSets
import Microkit
import Records
import SerialWiring
import TimerWiring

@main enum Main {
  static func main() {
    run(
      Ticker(
        console: Console(SerialClientConfig.linked()),
        timer: TimerClient(TimerClientConfig.linked())))
  }
}

struct Ticker: ProtectionDomain, ~Copyable {
  private var console: Console
  private let timer: TimerClient

  init(console: consuming Console, timer: TimerClient) {
    self.console = console
    self.timer = timer
    timer.setTimeout(nanoseconds: 1_000_000_000)
  }

  mutating func notified(_ channels: ChannelSet) {
    guard channels.contains(timer.channel) else { return }
    console.write("tick\n")
    console.flush()
    timer.setTimeout(nanoseconds: 1_000_000_000)
  }
}
