// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The cable is plugged in or unplugged.
public struct LinkChange: Hashable, Sendable {
  /// Whether the cable is plugged in from then on.
  public var isUp: Bool
  /// Nanoseconds of virtual time.
  public var time: UInt64

  /// - Parameter time: nanoseconds of virtual time.
  public init(isUp: Bool, time: UInt64) { (self.isUp, self.time) = (isUp, time) }
}

/// Loses, damages and delays frames at random; the same seed gives the same sequence.
public struct PacketImpairment: Hashable, Sendable {
  /// Of 1000 frames, how many are lost.
  public var dropped: Int
  /// Of 1000 frames, how many have one bit inverted.
  public var corrupted: Int
  /// Of 1000 frames, how many are delayed.
  public var delayed: Int
  /// The longest delay, in nanoseconds. Later frames may overtake a delayed one.
  public var delay: UInt64 = 20_000_000
  /// Of a xorshift generator; never 0.
  private var state: UInt64

  /// - Parameters:
  ///   - dropped, corrupted, delayed: frames of 1000.
  ///   - seed: selects the sequence.
  public init(dropped: Int = 0, corrupted: Int = 0, delayed: Int = 0, seed: UInt64 = 1) {
    (self.dropped, self.corrupted, self.delayed) = (dropped, corrupted, delayed)
    state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
  }

  private mutating func random(_ limit: UInt64) -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state % limit
  }

  /// Impairs one frame and its time of arrival.
  ///
  /// - Returns: whether the frame arrives at all.
  mutating func apply(to frame: inout [UInt8], _ time: inout UInt64) -> Bool {
    if random(1000) < dropped { return false }
    if random(1000) < corrupted, !frame.isEmpty {
      frame[Int(random(UInt64(frame.count)))] ^= 1 << UInt8(random(8))
    }
    if random(1000) < delayed { time += random(delay) }
    return true
  }
}
