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
  // The last instance may have died with an interrupt that it had not acknowledged.
  if ABI.acknowledgesFirst || restarts > 0 {
    ChannelSet(bits: cmicrokit_irqs()).forEachChannel { $0.acknowledge() }
  }
  var supervised = SupervisedLoop()
  var answer: Message?
  if cmicrokit_is_passive() != 0, cmicrokit_asks_to_be_passive() {
    // A passive domain asks the monitor to take its scheduling context as soon as it waits.
    Deferred.set(capability: Kernel.monitor)
  } else if restarts > 0 {
    // If the last instance died in a call, its caller waits, and this instance runs on the caller's time. Reply and receive in one entry
    // to the kernel: in between, a passive domain would have no time to run on.
    answer = .interrupted
  }
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
    answer = handle(&event, &program, &supervised)
  }
}

/// Calls the handler for an event. In the badge, bit 62 marks a fault of the child in the low byte, and bit 63 a
/// call on the channel in the low six bits; otherwise each channel has a bit (microkit.h; main.rs of the tool).
private func handle<Program: ProtectionDomain & ~Copyable>(
  _ event: inout (badge: UInt64, message: Message), _ program: inout Program,
  _ supervised: inout SupervisedLoop
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
  let channels = supervised.answer(ChannelSet(bits: badge))
  if channels.bits != 0 { program.notified(channels) }
  return nil
}

/// The part of the event loop that a supervisor sees: it signals to learn whether this domain still waits for events, and after each
/// restart of another one.
private struct SupervisedLoop {
  private let supervisor: Channel
  // The supervisor's bit in a badge; 0 without one.
  private let bit: UInt64
  private let generation: Epoch
  // At the start none, so that the first signal reaches the program: it may concern a restart during the program's start.
  private var seen = UInt64.max

  /// Tells the supervisor that the program has started.
  init() {
    let supervision = Supervision()
    supervisor = supervision.channel
    bit = supervisor.isValid ? 1 << UInt64(supervisor.id) : 0
    generation = supervision.anyEpoch
    supervisor.notify()
  }

  /// Answers the supervisor. Its signal is left for the program, which then compares epochs, only if a domain has begun again.
  @inline(__always) mutating func answer(_ channels: ChannelSet) -> ChannelSet {
    channels.bits & bit == 0 ? channels : answered(channels)
  }

  @inline(never) private mutating func answered(_ channels: ChannelSet) -> ChannelSet {
    supervisor.notify()
    let now = generation.current
    if now == seen { return channels.removing(supervisor) }
    seen = now
    return channels
  }
}
