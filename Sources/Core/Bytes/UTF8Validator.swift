// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Checks UTF-8 (RFC 3629) piece by piece, and refuses a sequence at its first byte that cannot be right: overlong forms,
/// surrogates and values above U+10FFFF have none.
public struct UTF8Validator: Equatable, Sendable {
  // Continuation bytes that the current sequence still needs, and the bounds of the next one.
  private var missing: UInt8 = 0
  private var lowest: UInt8 = 0x80
  private var highest: UInt8 = 0xbf

  /// A validator at the beginning of a text.
  public init() {}

  /// Whether the text so far ends with a whole character.
  @inline(__always) public var isComplete: Bool { missing == 0 }

  /// Takes the next byte. Returns false if no text in UTF-8 has it there; ask no further then.
  @inline(__always)
  public mutating func accepts(_ byte: UInt8) -> Bool {
    guard missing == 0 else {
      guard byte >= lowest, byte <= highest else { return false }
      missing &-= 1
      (lowest, highest) = (0x80, 0xbf)
      return true
    }
    return byte < 0x80 || begins(byte)
  }

  private mutating func begins(_ byte: UInt8) -> Bool {
    switch byte {
    case 0xc2...0xdf: missing = 1
    case 0xe0: (missing, lowest) = (2, 0xa0)
    case 0xed: (missing, highest) = (2, 0x9f)
    case 0xe1...0xef: missing = 2
    case 0xf0: (missing, lowest) = (3, 0x90)
    case 0xf1...0xf3: missing = 3
    case 0xf4: (missing, highest) = (3, 0x8f)
    default: return false
    }
    return true
  }

  /// Takes the next bytes. Returns how many of them UTF-8 can have there, which is all of them if they are right.
  public mutating func prefix(_ bytes: Span<UInt8>) -> Int {
    var index = 0
    while index < bytes.count {
      guard accepts(bytes[index]) else { return index }
      index &+= 1
    }
    return index
  }
}

extension Array where Element == UInt8 {
  /// Appends `bytes` as UTF-8: each part that is not UTF-8 becomes one U+FFFD.
  public mutating func append(repairing bytes: Span<UInt8>) {
    var start = 0
    while start < bytes.count {
      var validator = UTF8Validator()
      // The end of the last whole character.
      var (index, whole) = (start, start)
      while index < bytes.count, validator.accepts(bytes[index]) {
        index += 1
        if validator.isComplete { whole = index }
      }
      append(copying: bytes.extracting(start..<whole))
      guard whole < bytes.count else { return }
      append("\u{fffd}")
      start = Swift.max(index, whole + 1)
    }
  }
}
