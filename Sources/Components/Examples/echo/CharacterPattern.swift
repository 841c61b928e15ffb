// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The pattern that RFC 864 suggests: lines of 72 of the 95 printing characters, each line beginning one further.
struct CharacterPattern {
  private let bytes: [UInt8]

  init() {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(95 * 74)
    for line in 0..<95 {
      for column in 0..<72 { bytes.append(32 + UInt8((line + column) % 95)) }
      bytes.append(13)
      bytes.append(10)
    }
    self.bytes = bytes
  }

  /// Lends the pattern from `position` to its end to `body`, which tells how much of it it took, and moves
  /// `position` behind that. False where not all was taken.
  func write(from position: inout Int, _ body: (RawSpan) -> Int?) -> Bool {
    // Safety: bytes are bytes.
    let part = unsafe bytes.span.bytes.extracting(position..<bytes.count)
    guard let count = body(part) else { return false }
    position = (position + count) % bytes.count
    return count == part.byteCount
  }
}
