// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A type that a route's handler takes a capture or a query's value as.
///
/// Numbers, `Bool` (`true` or `false`), `String` (valid UTF-8) and `[UInt8]` are such types. An enum with
/// raw values of one becomes one with a line: `extension Colour: RouteValue {}`. An Optional is for a
/// value that the query may leave out.
public protocol RouteValue {
  /// The value of these bytes, which are decoded; nil if they are none.
  init?(_ bytes: Span<UInt8>)
  /// What stands for a value that the query does not have; nil if it must have one.
  static var absent: Self? { get }
}

extension RouteValue {
  /// Nil: the query must have a value.
  public static var absent: Self? { nil }
}

extension RouteValue where Self: RawRepresentable, RawValue: RouteValue {
  /// The case of this raw value.
  public init?(_ bytes: Span<UInt8>) {
    guard let value = RawValue(bytes) else { return nil }
    self.init(rawValue: value)
  }
}

extension Optional: RouteValue where Wrapped: RouteValue {
  /// The wrapped type's value; without one, the bytes are not of this type either.
  public init?(_ bytes: Span<UInt8>) {
    guard let value = Wrapped(bytes) else { return nil }
    self = .some(value)
  }
  /// Nil as a value.
  public static var absent: Wrapped?? { .some(nil) }
}

extension String: RouteValue {
  /// A text, if it is valid UTF-8.
  public init?(_ bytes: Span<UInt8>) {
    guard let text = String(validating: [UInt8](copying: bytes), as: UTF8.self) else { return nil }
    self = text
  }
}

extension [UInt8]: RouteValue {
  /// The bytes themselves.
  public init?(_ bytes: Span<UInt8>) { self.init(copying: bytes) }
}

extension Bool: RouteValue {
  /// `true` or `false`.
  public init?(_ bytes: Span<UInt8>) {
    if ("true" as StaticString).equals(bytes) {
      self = true
    } else if ("false" as StaticString).equals(bytes) {
      self = false
    } else {
      return nil
    }
  }
}

extension RouteValue where Self: FixedWidthInteger {
  /// Decimal digits, with a minus sign for signed types; nothing else, and nothing that does not fit.
  public init?(_ bytes: Span<UInt8>) {
    let isNegative = Self.isSigned && bytes.count > 1 && bytes[0] == 0x2d
    let digits = isNegative ? bytes.extracting(1..<bytes.count) : bytes
    guard let value = ASCII.decimal(digits) else { return nil }
    guard isNegative else {
      self.init(exactly: value)
      return
    }
    // The least number has no positive counterpart.
    guard value <= UInt64(Int64.max) + 1 else { return nil }
    self.init(exactly: 0 &- Int64(truncatingIfNeeded: value))
  }
}

extension Int: RouteValue {}
extension Int8: RouteValue {}
extension Int16: RouteValue {}
extension Int32: RouteValue {}
extension Int64: RouteValue {}
extension UInt: RouteValue {}
extension UInt8: RouteValue {}
extension UInt16: RouteValue {}
extension UInt32: RouteValue {}
extension UInt64: RouteValue {}
