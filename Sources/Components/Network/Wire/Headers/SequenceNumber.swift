// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A number in TCP's sequence space, which goes round (RFC 9293, 3.4).
public struct SequenceNumber: Equatable, BitwiseCopyable, Sendable {
  public var value: UInt32

  @inline(__always)
  public init(_ value: UInt32) { self.value = value }

  /// Bytes from `other` to here: negative when this one is the older. Meaningful while the two are
  /// less than 2^31 apart.
  @inline(__always)
  public static func - (left: SequenceNumber, right: SequenceNumber) -> Int {
    Int(Int32(bitPattern: left.value &- right.value))
  }

  @inline(__always)
  public static func + (left: SequenceNumber, right: Int) -> SequenceNumber {
    SequenceNumber(left.value &+ UInt32(truncatingIfNeeded: right))
  }

  @inline(__always)
  public static func - (left: SequenceNumber, right: Int) -> SequenceNumber {
    SequenceNumber(left.value &- UInt32(truncatingIfNeeded: right))
  }

  @inline(__always)
  public static func < (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right < 0 }
  @inline(__always)
  public static func <= (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right <= 0 }
  @inline(__always)
  public static func > (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right > 0 }
  @inline(__always)
  public static func >= (left: SequenceNumber, right: SequenceNumber) -> Bool { left - right >= 0 }

  @inline(__always)
  public static func max(_ left: SequenceNumber, _ right: SequenceNumber) -> SequenceNumber {
    left < right ? right : left
  }
  @inline(__always)
  public static func min(_ left: SequenceNumber, _ right: SequenceNumber) -> SequenceNumber {
    left < right ? left : right
  }
}

/// From `start` up to, without, `end`.
public struct SequenceRange: Equatable, BitwiseCopyable, Sendable {
  public var start: SequenceNumber
  public var end: SequenceNumber

  @inline(__always)
  public init(_ start: SequenceNumber, _ end: SequenceNumber) {
    self.start = start
    self.end = end
  }

  public var count: Int { end - start }
}
