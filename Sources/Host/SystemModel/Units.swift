// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A virtual address in a protection domain's address space, in bytes.
public struct VirtualAddress: Hashable, Sendable {
  public var rawValue: UInt64
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A physical address as the CPU sees it, in bytes.
public struct PhysicalAddress: Hashable, Sendable {
  public var rawValue: UInt64
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A size in bytes.
public struct ByteCount: Hashable, Sendable {
  public var rawValue: UInt64
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  public static func kibibytes(_ count: UInt64) -> Self { Self(count << 10) }
  public static func mebibytes(_ count: UInt64) -> Self { Self(count << 20) }
}

/// A time in microseconds, the unit of budgets and periods.
public struct Microseconds: Hashable, Sendable {
  public var rawValue: UInt64
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A seL4 scheduling priority: 0 (least) to 254; 255 is the monitor's.
///
/// Deliberately not `Comparable`: "greater" reads differently to different people.
public struct Priority: Hashable, Sendable {
  public static let maximum: UInt8 = 254
  public var rawValue: UInt8
  public init(_ rawValue: UInt8) { self.rawValue = rawValue }

  public func isMoreUrgent(than other: Priority) -> Bool { rawValue > other.rawValue }
}

/// An interrupt number as seL4 counts them: GIC SPI + 32, PPI + 16.
public struct IRQNumber: Hashable, Sendable {
  public var rawValue: UInt32
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// A channel, interrupt or virtual CPU identifier inside one protection domain: 0 to 61.
public struct ChannelID: Hashable, Sendable {
  /// Bits 62 and 63 of a badge mark faults and protected calls (Microkit's microkit.h).
  public static let maximum: UInt8 = 61
  public var rawValue: UInt8
  public init(_ rawValue: UInt8) { self.rawValue = rawValue }
}

/// What a parent calls a child: 0 to 61 of good use, though the Microkit tools take more.
public struct ChildID: Hashable, Sendable {
  public var rawValue: UInt64
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

extension ChildID: ExpressibleByIntegerLiteral, CustomStringConvertible {
  public init(integerLiteral value: UInt64) { self.init(value) }
  public var description: String { "\(rawValue)" }
}

extension VirtualAddress: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  public init(integerLiteral value: UInt64) { self.init(value) }
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  public var description: String { hexadecimal(rawValue) }
}

extension PhysicalAddress: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  public init(integerLiteral value: UInt64) { self.init(value) }
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  public var description: String { hexadecimal(rawValue) }
}

extension ByteCount: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  public init(integerLiteral value: UInt64) { self.init(value) }
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  public var description: String { hexadecimal(rawValue) }

  /// The smallest multiple of `unit` that holds this many bytes; nil if that exceeds 64 bits.
  public func roundedUp(to unit: ByteCount) -> ByteCount? {
    let remainder = rawValue % unit.rawValue
    if remainder == 0 { return self }
    let (sum, overflow) = rawValue.addingReportingOverflow(unit.rawValue - remainder)
    return overflow ? nil : ByteCount(sum)
  }
}

extension Microseconds: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  public init(integerLiteral value: UInt64) { self.init(value) }
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  public var description: String { "\(rawValue) us" }
}

extension Priority: ExpressibleByIntegerLiteral, CustomStringConvertible {
  public init(integerLiteral value: UInt8) { self.init(value) }
  public var description: String { "\(rawValue)" }
}

extension IRQNumber: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  public init(integerLiteral value: UInt32) { self.init(value) }
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  public var description: String { "\(rawValue)" }
}

extension ChannelID: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  public init(integerLiteral value: UInt8) { self.init(value) }
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  public var description: String { "\(rawValue)" }
}

/// Lower-case hexadecimal with its prefix, the form that `.system` files use for addresses.
public func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
