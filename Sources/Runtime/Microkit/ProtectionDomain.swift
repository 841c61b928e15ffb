// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit
import IndexSets

/// A protection domain's program: its handlers for each kind of event. Events without a handler are ignored, so
/// that no peer can stop a program.
public protocol ProtectionDomain: ~Copyable {
  /// One or more channels and interrupts have signalled, each one or more times.
  mutating func notified(_ channels: ChannelSet)
  /// A domain of lower priority calls, and waits for the reply returned here. With SDK 1.4.1, if one peer may
  /// call, every peer may.
  mutating func called(on channel: Channel, _ message: Message) -> Message
  /// A child has faulted. Returns whether it stays stopped or resumes.
  mutating func faulted(_ child: Child, _ fault: Fault) -> FaultAnswer
}

extension ProtectionDomain where Self: ~Copyable {
  /// Ignores the signals.
  public mutating func notified(_ channels: ChannelSet) {}
  /// Answers `Message.refused`.
  public mutating func called(on channel: Channel, _ message: Message) -> Message { .refused }
  /// Leaves the child stopped.
  public mutating func faulted(_ child: Child, _ fault: Fault) -> FaultAnswer { .leaveStopped }
}

/// Runs a program forever.
///
/// A handler can defer one signal or acknowledgement. It is sent with the next receive, in one entry to the
/// kernel, or before the reply to a protected call.
public func run<Program: ProtectionDomain & ~Copyable>(_ program: consuming Program) -> Never {
  var program = program
  if ABI.acknowledgesFirst {
    ChannelSet(bits: cmicrokit_irqs()).forEachChannel { $0.acknowledge() }
  }
  // A passive domain asks the monitor to take its scheduling context as soon as it waits.
  if cmicrokit_is_passive() != 0 { Deferred.set(capability: Kernel.monitor) }
  var answer: Message?
  while true {
    var event: (badge: UInt64, message: Message)
    if let message = answer {
      Deferred.flush()
      event = Kernel.replyAndReceive(message)
    } else if let deferred = Deferred.removePending() {
      event = Kernel.sendAndReceive(to: deferred.capability, label: deferred.label)
    } else {
      event = Kernel.receive()
    }
    answer = handle(&event, &program)
  }
}

/// Calls the handler for an event. In the badge, bit 62 marks a fault of the child in the low byte, and bit 63 a
/// call on the channel in the low six bits; otherwise each channel has a bit (microkit.h; main.rs of the tool).
private func handle<Program: ProtectionDomain & ~Copyable>(
  _ event: inout (badge: UInt64, message: Message), _ program: inout Program
) -> Message? {
  let badge = event.badge
  if badge & (1 << 62) != 0 {
    let child = Child(UInt8(truncatingIfNeeded: badge))
    switch program.faulted(child, Fault(event.message)) {
    case .leaveStopped: return nil
    case .resume(let message): return message
    }
  }
  if badge & (1 << 63) != 0 {
    return program.called(on: Channel(UInt8(truncatingIfNeeded: badge & 0x3f)), event.message)
  }
  if badge != 0 { program.notified(ChannelSet(bits: badge)) }
  return nil
}
