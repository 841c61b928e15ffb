// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A TCP sequence number, which wraps around (RFC 9293, 3.4).
public struct SequenceNumber: Equatable, BitwiseCopyable, Sendable {
  /// The number as on the wire.
  public var value: UInt32

  /// A number from the wire.
  @inline(__always)
  public init(_ value: UInt32) { self.value = value }

  /// Bytes from `right` to `left`; negative if `left` is older. Valid while the two are less than
  /// 2^31 apart.
  @inline(__always)
  public static func - (left: SequenceNumber, right: SequenceNumber) -> Int {
    Int(Int32(bitPattern: left.value &- right.value))
  }

  /// The number `right` bytes later.
  @inline(__always)
  public static func + (left: SequenceNumber, right: Int) -> SequenceNumber {
    SequenceNumber(left.value &+ UInt32(truncatingIfNeeded: right))
  }

  /// The number `right` bytes earlier.
  @inline(__always)
  public static func - (left: SequenceNumber, right: Int) -> SequenceNumber {
    SequenceNumber(left.value &- UInt32(truncatingIfNeeded: right))
  }

  /// Whether `left` is older.
  @inline(__always)
  public static func < (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right < 0 }
  /// Whether `left` is older or equal.
  @inline(__always)
  public static func <= (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right <= 0 }
  /// Whether `left` is newer.
  @inline(__always)
  public static func > (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right > 0 }
  /// Whether `left` is newer or equal.
  @inline(__always)
  public static func >= (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right >= 0 }

  /// The newer number.
  @inline(__always)
  public static func max(_ left: SequenceNumber, _ right: SequenceNumber) -> SequenceNumber {
    left < right ? right : left
  }
  /// The older number.
  @inline(__always)
  public static func min(_ left: SequenceNumber, _ right: SequenceNumber) -> SequenceNumber {
    left < right ? left : right
  }
}

/// Sequence numbers from `start` up to but not including `end`.
public struct SequenceRange: Equatable, BitwiseCopyable, Sendable {
  /// The first number.
  public var start: SequenceNumber
  /// One past the last number.
  public var end: SequenceNumber

  /// The range `start ..< end`.
  @inline(__always)
  public init(_ start: SequenceNumber, _ end: SequenceNumber) {
    self.start = start
    self.end = end
  }

  /// How many numbers there are; negative if `end` is before `start`.
  public var count: Int { end - start }
}
