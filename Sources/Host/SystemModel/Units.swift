// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A virtual address in a protection domain's address space.
public struct VirtualAddress: Hashable, Sendable {
  /// In bytes from 0.
  public var rawValue: UInt64
  /// Wraps a number; no range is checked.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A physical address as the CPU sees it.
public struct PhysicalAddress: Hashable, Sendable {
  /// In bytes from 0.
  public var rawValue: UInt64
  /// Wraps a number; no range is checked.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A size in bytes.
public struct ByteCount: Hashable, Sendable {
  /// In bytes.
  public var rawValue: UInt64
  /// Wraps a number of bytes.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// `count` times 1024 bytes.
  public static func kibibytes(_ count: UInt64) -> Self { Self(count << 10) }
  /// `count` times 1024 * 1024 bytes.
  public static func mebibytes(_ count: UInt64) -> Self { Self(count << 20) }
}

/// A time in microseconds, the unit of budgets and periods.
public struct Microseconds: Hashable, Sendable {
  /// In microseconds.
  public var rawValue: UInt64
  /// Wraps a number of microseconds.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A seL4 scheduling priority: 0 (least urgent) to 254; the monitor has 255.
///
/// Not `Comparable` on purpose: "greater" means different things to different people.
public struct Priority: Hashable, Sendable {
  /// The most urgent priority that a protection domain can have.
  public static let maximum: UInt8 = 254
  /// As seL4 counts: greater is more urgent.
  public var rawValue: UInt8
  /// Wraps a number; `serval check` reports 255.
  public init(_ rawValue: UInt8) { self.rawValue = rawValue }

  /// Whether the scheduler prefers this priority.
  public func isMoreUrgent(than other: Priority) -> Bool { rawValue > other.rawValue }
}

/// seL4's number of an interrupt: GIC SPI + 32, PPI + 16.
public struct IRQNumber: Hashable, Sendable {
  /// As in the `irq` attribute.
  public var rawValue: UInt32
  /// Wraps seL4's number.
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// A protection domain's identifier for a channel, interrupt or virtual CPU: 0 to 61.
public struct ChannelID: Hashable, Sendable {
  /// Bits 62 and 63 of a badge mark faults and protected calls (microkit.h).
  public static let maximum: UInt8 = 61
  /// As in the `id` attribute, and the bit of the badge.
  public var rawValue: UInt8
  /// Wraps a number; no range is checked.
  public init(_ rawValue: UInt8) { self.rawValue = rawValue }
}

/// A parent's identifier for a child: 0 to 61, although the Microkit tool accepts more.
public struct ChildID: Hashable, Sendable {
  /// As in the `id` attribute.
  public var rawValue: UInt64
  /// Wraps a number; no range is checked.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

extension ChildID: ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The literal is the identifier.
  public init(integerLiteral value: UInt64) { self.init(value) }
  /// In decimal.
  public var description: String { "\(rawValue)" }
}

extension VirtualAddress: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The literal is the address.
  public init(integerLiteral value: UInt64) { self.init(value) }
  /// By address.
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  /// In hexadecimal: "0x20000000".
  public var description: String { hexadecimal(rawValue) }
}

extension PhysicalAddress: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The literal is the address.
  public init(integerLiteral value: UInt64) { self.init(value) }
  /// By address.
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  /// In hexadecimal: "0x9000000".
  public var description: String { hexadecimal(rawValue) }
}

extension ByteCount: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The literal is a number of bytes.
  public init(integerLiteral value: UInt64) { self.init(value) }
  /// Smaller before larger.
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  /// In hexadecimal: "0x1000".
  public var description: String { hexadecimal(rawValue) }

  /// The smallest multiple of `unit` that is not less; nil if it exceeds 64 bits.
  public func roundedUp(to unit: ByteCount) -> ByteCount? {
    let remainder = rawValue % unit.rawValue
    if remainder == 0 { return self }
    let (sum, overflow) = rawValue.addingReportingOverflow(unit.rawValue - remainder)
    return overflow ? nil : ByteCount(sum)
  }
}

extension Microseconds: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The literal is a number of microseconds.
  public init(integerLiteral value: UInt64) { self.init(value) }
  /// Shorter before longer.
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  /// With its unit: "1000 us".
  public var description: String { "\(rawValue) us" }
}

extension Priority: ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The literal is the priority.
  public init(integerLiteral value: UInt8) { self.init(value) }
  /// In decimal.
  public var description: String { "\(rawValue)" }
}

extension IRQNumber: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The literal is seL4's number.
  public init(integerLiteral value: UInt32) { self.init(value) }
  /// By number.
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  /// In decimal.
  public var description: String { "\(rawValue)" }
}

extension ChannelID: Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The literal is the identifier.
  public init(integerLiteral value: UInt8) { self.init(value) }
  /// By number.
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
  /// In decimal.
  public var description: String { "\(rawValue)" }
}

/// Lower-case hexadecimal with prefix, as `.system` files write addresses: "0x9000000".
public func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
