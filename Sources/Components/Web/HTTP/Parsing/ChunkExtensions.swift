// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Reads over the extensions behind a chunk's size (RFC 9112 section 7.1.1). They mean nothing to
/// this server, but have to be extensions: a recipient that ends the line elsewhere would see other
/// chunks. Blanks around the marks, which a recipient may take, are refused with the rest.
struct ChunkExtensions {
  private enum Place { case ended, nameStart, name, valueStart, value, quoted, escaped, quoteEnd }
  private var place = Place.ended

  /// Whether `byte` is the CR behind them.
  mutating func take(_ byte: UInt8) throws(RequestError) -> Bool {
    switch place {
    case .ended, .quoteEnd: return try end(byte)
    case .nameStart:
      guard Characters.isToken(byte) else { throw .malformedChunk }
      place = .name
    case .name:
      if byte == 0x3d {
        place = .valueStart
      } else if !Characters.isToken(byte) {
        return try end(byte)
      }
    case .valueStart:
      guard byte == 0x22 || Characters.isToken(byte) else { throw .malformedChunk }
      place = byte == 0x22 ? .quoted : .value
    case .value: if !Characters.isToken(byte) { return try end(byte) }
    case .quoted:
      guard Characters.isFieldValue(byte) else { throw .malformedChunk }
      if byte == 0x22 { place = .quoteEnd } else if byte == 0x5c { place = .escaped }
    case .escaped:
      guard Characters.isFieldValue(byte) else { throw .malformedChunk }
      place = .quoted
    }
    return false
  }

  /// What may stand behind an extension: another one, or the end.
  private mutating func end(_ byte: UInt8) throws(RequestError) -> Bool {
    if byte == 0x0d { return true }
    guard byte == 0x3b else { throw .malformedChunk }
    place = .nameStart
    return false
  }
}
