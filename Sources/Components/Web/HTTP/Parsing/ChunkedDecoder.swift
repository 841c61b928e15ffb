// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Finds the data in a chunked body (RFC 9112 section 7.1) while its bytes arrive.
struct ChunkedDecoder {
  enum Step: Equatable {
    /// So many bytes were framing and are used up; go on behind them.
    case skip(Int)
    /// So many bytes are data.
    case data(Int)
    /// So many bytes were framing, and the body is over behind them.
    case end(Int)
    case needsMore
  }

  private enum Place { case size, extensions, sizeEnd, data, dataReturn, dataEnd, trailer, over }

  private var place = Place.size
  private var size: UInt64 = 0
  private var hasDigit = false
  private var extensions = ChunkExtensions()
  // Bytes of extensions, and of the trailer section.
  private var overhead = 0
  private var trailer = TrailerChecker()
  private(set) var total: UInt64 = 0

  /// What the input's first bytes are. Data stays data until `consumed` says that it was taken.
  mutating func step(_ input: Span<UInt8>, _ limits: Limits) throws(RequestError) -> Step {
    if place == .data {
      guard !input.isEmpty else { return .needsMore }
      return .data(Int(min(UInt64(input.count), size)))
    }
    var index = 0
    while index < input.count, place != .data {
      try take(input[index], limits)
      index += 1
      if place == .over { return .end(index) }
    }
    return index > 0 ? .skip(index) : .needsMore
  }

  mutating func consumed(_ count: Int) {
    size -= min(size, UInt64(max(count, 0)))
    if size == 0 { place = .dataReturn }
  }

  private mutating func take(_ byte: UInt8, _ limits: Limits) throws(RequestError) {
    switch place {
    case .size:
      if let digit = ASCII.hexadecimal(byte) {
        // 15 digits: no overflow, and more than any body.
        guard size >> 56 == 0 else { throw .malformedChunk }
        size = size << 4 | UInt64(digit)
        hasDigit = true
      } else {
        guard hasDigit else { throw .malformedChunk }
        try sizeIsKnown(limits)
        place = .extensions
        try take(byte, limits)
      }
    case .extensions:
      if try extensions.take(byte) {
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
      if try trailer.take(byte) { place = .over }
    case .over: throw .malformedChunk
    }
  }

  private mutating func sizeIsKnown(_ limits: Limits) throws(RequestError) {
    let (sum, carry) = total.addingReportingOverflow(size)
    guard !carry, sum <= limits.bodyBytes else { throw .bodyTooLarge }
    total = sum
  }
}

/// Reads a trailer section over: its fields mean nothing to this server, but have to be fields.
private struct TrailerChecker {
  private enum Place { case lineStart, name, value, lineEnd, lastLineEnd }
  private var place = Place.lineStart

  /// Whether `byte` ended the section.
  mutating func take(_ byte: UInt8) throws(RequestError) -> Bool {
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
