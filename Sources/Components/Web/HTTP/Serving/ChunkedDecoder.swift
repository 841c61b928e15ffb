// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Finds the data in a chunked body (RFC 9112 section 7.1) as its bytes arrive.
struct ChunkedDecoder {
  enum Step: Equatable {
    /// This many bytes are framing; drop them and go on.
    case skip(Int)
    /// This many bytes are data.
    case data(Int)
    /// This many bytes are framing, and the body ends with them.
    case end(Int)
    /// The input is used up.
    case needsMore
  }

  private enum Place { case size, extensions, sizeEnd, data, dataReturn, dataEnd, trailer, over }

  private var place = Place.size
  private var size: UInt64 = 0
  private var hasDigit = false
  private var extensions = ChunkExtensions()
  // Bytes of the current chunk's extensions, or of the trailer section.
  private var overhead = 0
  private var trailer = TrailerChecker()
  // Bytes of data, including those of the current chunk.
  private(set) var total: UInt64 = 0

  /// Tells what the first bytes of the input are. Data must be dropped and reported with `consumed`.
  mutating func step(_ input: Span<UInt8>, _ limits: Limits) throws(RequestError) -> Step {
    if place == .data {
      guard !input.isEmpty else { return .needsMore }
      return .data(Int(min(UInt64(input.count), size)))
    }
    var index = 0
    while index < input.count, place != .data {
      try accept(input[index], limits)
      index += 1
      if place == .over { return .end(index) }
    }
    return index > 0 ? .skip(index) : .needsMore
  }

  /// Records that `count` bytes of data were taken.
  mutating func consumed(_ count: Int) {
    size -= min(size, UInt64(max(count, 0)))
    if size == 0 { place = .dataReturn }
  }

  private mutating func accept(_ byte: UInt8, _ limits: Limits) throws(RequestError) {
    switch place {
    case .size:
      if let digit = ASCII.hexadecimal(byte) {
        // 15 digits do not overflow, and are more than any body has.
        guard size >> 56 == 0 else { throw .malformedChunk }
        size = size << 4 | UInt64(digit)
        hasDigit = true
      } else {
        guard hasDigit else { throw .malformedChunk }
        try addSize(limits)
        place = .extensions
        try accept(byte, limits)
      }
    case .extensions:
      if try extensions.accept(byte) {
        place = .sizeEnd
      } else {
        overhead += 1
        guard overhead <= limits.chunkOverheadBytes else { throw .malformedChunk }
      }
    case .sizeEnd:
      guard byte == 0x0a else { throw .malformedChunk }
      overhead = 0
      place = size == 0 ? .trailer : .data
    case .data: throw .malformedChunk
    case .dataReturn:
      guard byte == 0x0d else { throw .malformedChunk }
      place = .dataEnd
    case .dataEnd:
      guard byte == 0x0a else { throw .malformedChunk }
      size = 0
      hasDigit = false
      extensions = ChunkExtensions()
      place = .size
    case .trailer:
      overhead += 1
      guard overhead <= limits.chunkOverheadBytes else { throw .malformedChunk }
      if try trailer.accept(byte) { place = .over }
    case .over: throw .malformedChunk
    }
  }

  private mutating func addSize(_ limits: Limits) throws(RequestError) {
    let (sum, carry) = total.addingReportingOverflow(size)
    guard !carry, sum <= limits.bodyBytes else { throw .bodyTooLarge }
    total = sum
  }
}

/// Skips a trailer section. The server ignores its fields but checks their grammar.
private struct TrailerChecker {
  private enum Place { case lineStart, name, value, lineEnd, lastLineEnd }
  private var place = Place.lineStart

  /// Reads the next byte. Returns whether it is the last one of the section.
  mutating func accept(_ byte: UInt8) throws(RequestError) -> Bool {
    switch place {
    case .lineStart:
      if byte == 0x0d {
        place = .lastLineEnd
      } else {
        guard Characters.isToken(byte) else { throw .malformedChunk }
        place = .name
      }
    case .name:
      if byte == 0x3a {
        place = .value
      } else if !Characters.isToken(byte) {
        throw .malformedChunk
      }
    case .value:
      if byte == 0x0d {
        place = .lineEnd
      } else if !Characters.isFieldValue(byte) {
        throw .malformedChunk
      }
    case .lineEnd:
      guard byte == 0x0a else { throw .malformedChunk }
      place = .lineStart
    case .lastLineEnd:
      guard byte == 0x0a else { throw .malformedChunk }
      return true
    }
    return false
  }
}
