// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Skips the extensions behind a chunk's size (RFC 9112 section 7.1.1). The server ignores what they
/// say but checks their grammar: a recipient that ended the line elsewhere would see other chunks.
/// The whitespace that the grammar allows recipients to accept is refused, too.
struct ChunkExtensions {
  private enum Place { case ended, nameStart, name, valueStart, value, quoted, escaped, quoteEnd }
  private var place = Place.ended

  /// Reads the next byte. Returns whether it is the CR that ends the extensions.
  mutating func accept(_ byte: UInt8) throws(RequestError) -> Bool {
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

  /// Behind an extension comes another one, or the end.
  private mutating func end(_ byte: UInt8) throws(RequestError) -> Bool {
    if byte == 0x0d { return true }
    guard byte == 0x3b else { throw .malformedChunk }
    place = .nameStart
    return false
  }
}
