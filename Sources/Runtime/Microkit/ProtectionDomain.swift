// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// A protection domain's program: what happens on each event. What a program has no handler for is
/// ignored, since the peer that sends it must not be able to stop a program.
public protocol ProtectionDomain: ~Copyable {
  /// Channels and interrupts have signalled, several perhaps, each perhaps several times.
  mutating func notified(_ channels: ChannelSet)
  /// A less urgent domain calls, and waits for what this returns. With SDK 1.4.1 every domain that has a
  /// channel here can call, once one can.
  mutating func called(on channel: Channel, _ message: Message) -> Message
  /// A child has faulted, and stays stopped unless it is told to go on.
  mutating func faulted(_ child: Child, _ fault: Fault) -> FaultAnswer
}

extension ProtectionDomain where Self: ~Copyable {
  public mutating func notified(_ channels: ChannelSet) {}
  public mutating func called(on channel: Channel, _ message: Message) -> Message { .refused }
  public mutating func faulted(_ child: Child, _ fault: Fault) -> FaultAnswer { .leaveStopped }
}

/// Runs a program for ever.
///
/// One signal or acknowledgement per handler can be `deferred`: it goes out with the next receive, in one
/// entry to the kernel, or before the answer of a protected call.
public func run<Program: ProtectionDomain & ~Copyable>(_ program: consuming Program) -> Never {
  var program = program
  if ABI.acknowledgesFirst {
    ChannelSet(bits: cmicrokit_irqs()).forEach { $0.acknowledge() }
  }
  // A passive domain hands its scheduling context to the monitor once it waits.
  if cmicrokit_is_passive() != 0 { Deferred.set(capability: Kernel.monitor) }
  var answer: Message?
  while true {
    var event: (badge: UInt64, message: Message)
    if let message = answer {
      Deferred.flush()
      event = Kernel.replyAndReceive(message)
    } else if let deferred = Deferred.take() {
      event = Kernel.sendAndReceive(to: deferred.capability, label: deferred.label)
    } else {
      event = Kernel.receive()
    }
    answer = handle(&event, &program)
  }
}

/// Badges: bit 62 a fault of the child in the low byte, bit 63 a call on the channel in the low six
/// bits, otherwise one bit for each channel (microkit.h; main.rs of the tool).
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
