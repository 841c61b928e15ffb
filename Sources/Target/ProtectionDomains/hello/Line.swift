// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit

/// What has been typed so far; bytes beyond 80 are dropped.
struct Line {
  private var bytes = InlineArray<80, UInt8>(repeating: 0)
  private(set) var count = 0

  subscript(index: Int) -> UInt8 { index >= 0 && index < count ? bytes[index] : 0 }

  mutating func append(_ byte: UInt8) {
    guard count < 80 else { return }
    bytes[count] = byte
    count &+= 1
  }

  mutating func clear() { count = 0 }

  static func == (line: Line, text: StaticString) -> Bool {
    guard line.count == text.utf8CodeUnitCount else { return false }
    for index in 0..<line.count where line.bytes[index] != text.byte(index) { return false }
    return true
  }
}
