// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Microkit
import Rings
import TimerComponents
import Wiring

/// The program of a timer driver's protection domain, for any timer.
public struct TimerProgram<Device: TimerDevice & ~Copyable>: ProtectionDomain, ~Copyable {
  private var server: TimerServer<Device>
  private let interrupt: Channel

  /// Starts the timer.
  public init(_ device: consuming Device, interrupt: Channel) {
    self.interrupt = interrupt
    server = TimerServer(device)
    server.start()
  }

  /// Handles the timer's interrupt, and notifies clients whose timeouts have passed; the server knows them by channel.
  public mutating func notified(_ channels: ChannelSet) {
    guard channels.contains(interrupt) else { return }
    server.interrupt().notify()
    interrupt.acknowledgeDeferred()
  }

  /// Handles a client's call.
  public mutating func called(on channel: Channel, _ message: Message) -> Message {
    let outcome = server.call(
      channel: Int(channel.id), label: message.label, argument: message.word(0))
    outcome.expired.notify()
    guard let word = outcome.reply.word else { return Message(label: outcome.reply.label) }
    return Message(label: outcome.reply.label, count: 1, word)
  }
}
