// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit

/// The line typed so far, up to 4,000 bytes; further ones are dropped.
struct Line {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ byte: UInt8) {
    if bytes.count < 4000 { bytes.append(byte) }
  }

  /// Empties the line and frees its memory.
  mutating func clear() { bytes = [] }

  static func == (line: Line, text: StaticString) -> Bool {
    guard line.bytes.count == text.utf8CodeUnitCount else { return false }
    for index in line.bytes.indices where line.bytes[index] != text.byte(index) { return false }
    return true
  }
}
