// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HelloProtocol
import Microkit

@main enum Main {
  static func main() { run(HelloChild()) }
}

/// Faults when it is told to.
struct HelloChild: ProtectionDomain {
  private static var parent: Channel { Channel(0) }

  init() {
    _ = Self.parent.call(Message(label: ChildRequest.started.label, count: 1, restarts))
  }

  mutating func notified(_ channels: ChannelSet) {
    let answer = Self.parent.call(Message(label: ChildRequest.command.label))
    Mistakes.make(ChildCommand(answer.word(0)))
  }
}
