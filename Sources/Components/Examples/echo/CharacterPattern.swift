// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The pattern suggested by RFC 864: lines of 72 out of 95 printing characters, each line starting one character later.
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

  /// Lends the pattern from `position` to its end to `body`, which returns the number of bytes it consumed, and advances
  /// `position` by that number. False if not everything was consumed.
  func write(from position: inout Int, _ body: (RawSpan) -> Int?) -> Bool {
    // Safety: a UInt8 has no padding, and every value is valid.
    let part = unsafe bytes.span.bytes.extracting(position..<bytes.count)
    guard let count = body(part) else { return false }
    position = (position + count) % bytes.count
    return count == part.byteCount
  }
}
