// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The timer driver as its clients see it (sDDF 0.7.0, sddf/timer/protocol.h): the time, and one
/// timeout per client, by protected call. A client is known by its channel. Whatever a client asks,
/// nothing traps and no other client notices.
public struct TimerServer<Device: TimerDevice & ~Copyable>: ~Copyable {
  /// Channels that can have a timeout: Microkit's identifiers are 0 to 61.
  public static var channelCount: Int { 62 }

  public enum Reply: Equatable, Sendable {
    /// Label 0, one word: nanoseconds since the counter's start.
    case time(UInt64)
    /// Label 0, no words.
    case accepted
    /// Label 1, no words: the request is none of the protocol's. sDDF's driver answers with label
    /// 0.
    case refused

    public var label: UInt64 { self == .refused ? 1 : 0 }
    /// The reply's only word, if it has one.
    public var word: UInt64? {
      if case .time(let nanoseconds) = self { nanoseconds } else { nil }
    }
  }

  /// What to do after a call: reply, and notify the channels whose timeouts have passed.
  public struct Outcome: Equatable, Sendable {
    public var reply: Reply
    public var expired: ClientSet
  }

  private enum Request {
    static var getTime: UInt64 { 0 }
    static var setTimeout: UInt64 { 1 }
  }

  private var device: Device
  // Counter values; the largest number is no timeout.
  private var deadlines = InlineArray<62, UInt64>(repeating: .max)

  public init(_ device: consuming Device) { self.device = device }

  public mutating func start() { device.start() }

  /// A protected call on `channel`. `argument` is the first message word: for a timeout,
  /// nanoseconds from now.
  public mutating func call(channel: Int, label: UInt64, argument: UInt64) -> Outcome {
    switch label {
    case Request.getTime:
      let time = device.rate.nanoseconds(ticks: device.now())
      return Outcome(reply: .time(time), expired: ClientSet())
    case Request.setTimeout:
      guard channel >= 0, channel < Self.channelCount else { break }
      let now = device.now()
      let (deadline, overflow) = now.addingReportingOverflow(
        device.rate.ticks(nanoseconds: argument))
      // Centuries away: never, and the client keeps its place.
      deadlines[channel] = overflow ? .max : deadline
      return Outcome(reply: .accepted, expired: expire(now))
    default:
      break
    }
    return Outcome(reply: .refused, expired: ClientSet())
  }

  /// The device's interrupt: the channels to notify. Acknowledge afterwards.
  public mutating func interrupt() -> ClientSet {
    device.disarm()
    return expire(device.now())
  }

  /// Takes out what has passed and arms the device for what comes next.
  private mutating func expire(_ now: UInt64) -> ClientSet {
    var expired = ClientSet()
    var next = UInt64.max
    for channel in 0..<Self.channelCount {
      let deadline = deadlines[channel]
      if deadline == .max { continue }
      if deadline <= now {
        expired.insert(channel)
        deadlines[channel] = .max
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
