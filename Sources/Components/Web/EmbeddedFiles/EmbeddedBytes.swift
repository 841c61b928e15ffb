// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP

/// Bytes that are part of the program's read-only data, as the tool `embed-files` writes them. They are
/// lent from there, and never copied.
///
/// Bytes that are text lie in one piece; others lie in pieces of `pieceByteCount`, each a literal of its
/// own, because Swift has no literal for any bytes but `StaticBigInt`, and reads long ones slowly
/// (docs/adr/0012-files-as-literals.md).
public struct EmbeddedBytes: Sendable {
  private enum Content {
    case text(StaticString)
    case pieces(@Sendable (Int) -> StaticBigInt)
  }

  /// How many bytes there are.
  public let count: Int
  /// A hash of the bytes.
  public let hash: ContentHash
  private let content: Content

  /// Bytes of each piece but the last.
  public static var pieceByteCount: Int { 1024 }

  /// Text.
  ///
  /// - Parameters:
  ///   - high: the first 64 bits of a hash of the bytes.
  ///   - low: the next 64 bits.
  public init(_ text: StaticString, hash high: UInt64, _ low: UInt64) {
    count = text.utf8CodeUnitCount
    hash = ContentHash(high, low)
    content = .text(text)
  }

  /// Bytes in pieces.
  ///
  /// - Parameters:
  ///   - high: the first 64 bits of a hash of the bytes.
  ///   - low: the next 64 bits.
  ///   - pieces: the piece of a number, whose bytes are the digits of its literal from the end. The first
  ///     digit is an extra 1: otherwise zeroes at the end would be lost.
  public init(
    count: Int, hash high: UInt64, _ low: UInt64,
    pieces: @escaping @Sendable (Int) -> StaticBigInt
  ) {
    self.count = count
    hash = ContentHash(high, low)
    content = .pieces(pieces)
  }

  /// Lends bytes from `offset` on to `body`: up to the end of the piece that they lie in, but not beyond
  /// `end`. Nil if there is no byte at `offset`.
  public func lend<Result>(
    from offset: Int, upTo end: Int = .max, _ body: (Span<UInt8>) -> Result
  ) -> Result? {
    let end = min(end, count)
    guard offset >= 0, offset < end else { return nil }
    switch content {
    case .text(let text): return text.lend { body($0.extracting(offset..<end)) }
    case .pieces(let piece):
      let start = offset % Self.pieceByteCount
      let count = min(Self.pieceByteCount - start, end - offset)
      // Safety: a piece but the last holds `pieceByteCount` bytes, and all hold `count` together.
      return unsafe piece(offset / Self.pieceByteCount).lend(start..<start + count, body)
    }
  }
}

extension StaticBigInt {
  /// Lends bytes of the literal, from the least significant one on. The literal has to have them.
  @unsafe fileprivate func lend<Result>(
    _ range: Range<Int>, _ body: (Span<UInt8>) -> Result
  ) -> Result {
    // Safety: a StaticBigInt is a pointer to its words, which are constants in the byte order of the
    // machine, and a word of flags. The machines are little-endian, so bytes come in order.
    let (words, _) = unsafe unsafeBitCast(self, to: (UnsafePointer<UInt8>, UInt).self)
    let bytes = unsafe UnsafeBufferPointer(start: words + range.lowerBound, count: range.count)
    return body(unsafe Span(_unsafeElements: bytes))
  }
}
