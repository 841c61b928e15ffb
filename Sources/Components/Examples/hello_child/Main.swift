// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HelloProtocol
import IndexSets
import Microkit
import ProgramHeap

@main enum Main {
  static func main() { run(HelloChild()) }
}

/// Faults on command.
struct HelloChild: ProtectionDomain {
  private static var parent: Channel { Channel(0) }
  // Each run changes these variables; a restart must restore their initial values.
  nonisolated(unsafe) private static var initialised: UInt64 = ChildState.linked
  nonisolated(unsafe) private static var cleared: UInt64 = 0

  init() {
    // Safety: a protection domain has one thread.
    let state = unsafe (Self.initialised, Self.cleared)
    unsafe (Self.initialised, Self.cleared) = (restarts, restarts | 1)
    let heap = ProgramHeap.usage
    _ = Self.parent.call(
      Message(
        label: ChildRequest.started.label, count: 4, restarts, state.0, state.1,
        UInt64(heap.used + heap.peak)))
  }

  mutating func notified(_ channels: ChannelSet) {
    let answer = Self.parent.call(Message(label: ChildRequest.command.label))
    Mistakes.make(ChildCommand(answer.word(0)))
  }
}
