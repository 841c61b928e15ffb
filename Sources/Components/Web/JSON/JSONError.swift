// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why a text is not JSON, or a value not what a program expects, and where.
public struct JSONError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Error, Equatable, Sendable {
    // The text is not JSON (RFC 8259), or exceeds a limit.

    /// The text ends too early.
    case unexpectedEnd
    /// A byte that cannot be at its place.
    case unexpectedByte(UInt8)
    /// Something follows the outermost value.
    case textAfterValue
    /// The text begins with a byte order mark.
    case byteOrderMark
    /// A word other than `true`, `false` and `null`.
    case unknownWord
    /// A number with leading zeroes, a sign too many, or digits missing.
    case malformedNumber
    /// A control character in a string, which has to be escaped.
    case controlCharacter(UInt8)
    /// An unknown escape, or one with characters that are not hexadecimal digits.
    case malformedEscape
    /// Half of a surrogate pair.
    case loneSurrogate
    /// Bytes that are not UTF-8.
    case malformedUTF8
    /// More bytes than `JSONLimits.byteCount`.
    case tooLong(limit: Int)
    /// More levels than `JSONLimits.depth`.
    case tooDeep(limit: Int)
    /// More values than `JSONLimits.valueCount`.
    case tooManyValues(limit: Int)

    // The value is not what is expected.

    /// There is no such member.
    case missing
    /// A value of another kind.
    case wrongKind(expected: JSONKind, found: JSONKind)
    /// A number with a fraction or an exponent where an integer is expected.
    case notAnInteger
    /// A number outside the range of the type.
    case outOfRange
    /// What the program says of a value that it does not accept.
    case invalid(String)
  }

  /// What is wrong.
  public var reason: Reason
  /// Where: bytes from the beginning of the text.
  public var offset: Int
  /// Where: the value, or the array or object in which the text ends to be JSON.
  public var path: JSONPath

  /// An error at `offset` of the text.
  public init(_ reason: Reason, offset: Int, path: JSONPath) {
    self.reason = reason
    self.offset = offset
    self.path = path
  }

  /// Whether the text itself is refused, not only a value in it.
  public var isAboutText: Bool {
    switch reason {
    case .missing, .wrongKind, .notAnInteger, .outOfRange, .invalid: false
    default: true
    }
  }
}
