// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Rings

/// The timer driver's protocol (sDDF 0.7.0, sddf/timer/protocol.h): by protected call, a client gets the
/// time or sets its one timeout. Clients are identified by channel. No request can trap or affect another
/// client.
public struct TimerServer<Device: TimerDevice & ~Copyable>: ~Copyable {
  /// Number of channels that can have a timeout: Microkit's identifiers are 0 to 61.
  public static var channelCount: Int { 62 }

  /// The reply to a call.
  public enum Reply: Equatable, Sendable {
    /// Label 0, one word: nanoseconds since the counter's start.
    case time(UInt64)
    /// Label 0, no words: the timeout is set.
    case accepted
    /// Label 1, no words: an unknown request. (sDDF's driver answers with label 0.)
    case refused

    /// The reply's label.
    public var label: UInt64 { self == .refused ? 1 : 0 }
    /// The reply's word; nil if it has none.
    public var word: UInt64? {
      if case .time(let nanoseconds) = self { nanoseconds } else { nil }
    }
  }

  /// What the caller has to do after a protected call.
  public struct Outcome: Equatable, Sendable {
    /// The reply to send.
    public var reply: Reply
    /// Channels to notify: their timeouts have passed.
    public var expired: IndexSet64
  }

  private enum Request {
    static var getTime: UInt64 { 0 }
    static var setTimeout: UInt64 { 1 }
  }

  private var device: Device
  // Deadlines in ticks by channel; the largest number means no timeout.
  private var deadlines = InlineArray<62, UInt64>(repeating: .max)
  // Channels with a timeout.
  private var waiting = IndexSet64()

  /// A server without timeouts; `start` starts the device.
  public init(_ device: consuming Device) { self.device = device }

  /// Starts the device.
  public mutating func start() { device.start() }

  /// Handles a protected call on `channel`. `argument` is the first message word; for a timeout, nanoseconds
  /// from now.
  public mutating func call(channel: Int, label: UInt64, argument: UInt64) -> Outcome {
    switch label {
    case Request.getTime:
      let time = device.rate.nanoseconds(ticks: device.now())
      return Outcome(reply: .time(time), expired: IndexSet64())
    case Request.setTimeout:
      guard channel >= 0, channel < Self.channelCount else { break }
      let now = device.now()
      let (deadline, overflow) = now.addingReportingOverflow(
        device.rate.ticks(nanoseconds: argument))
      // A deadline beyond the counter's range is centuries away: treat it as none.
      deadlines[channel] = overflow ? .max : deadline
      waiting.insert(channel)
      return Outcome(reply: .accepted, expired: expire(now))
    default:
      break
    }
    return Outcome(reply: .refused, expired: IndexSet64())
  }

  /// Handles the device's interrupt. Returns the channels to notify. Acknowledge the interrupt afterwards: the
  /// device is disarmed first, so that its line has fallen by then.
  public mutating func interrupt() -> IndexSet64 {
    device.disarm()
    return expire(device.now())
  }

  /// Removes the timeouts that have passed, and arms the device for the next one.
  private mutating func expire(_ now: UInt64) -> IndexSet64 {
    var expired = IndexSet64()
    var next = UInt64.max
    var channels = waiting
    while let channel = channels.popFirst() {
      let deadline = deadlines[channel]
      if deadline == .max {
        waiting.remove(channel)
      } else if deadline <= now {
        expired.insert(channel)
        deadlines[channel] = .max
        waiting.remove(channel)
      } else if deadline < next {
        next = deadline
      }
    }
    if next == .max {
      device.disarm()
    } else {
      device.arm(deadline: next, now: now)
    }
    return expired
  }
}

#if !hasFeature(Embedded)
  extension TimerServer where Device: ~Copyable {
    /// The earliest deadline in ticks, for which the device must be armed; nil if there is none. For tests.
    package var nextDeadline: UInt64? {
      let next = (0..<Self.channelCount).reduce(UInt64.max) { min($0, deadlines[$1]) }
      return next == .max ? nil : next
    }
  }
#endif
