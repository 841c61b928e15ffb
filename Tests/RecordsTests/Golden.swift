// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

/// Expected bytes of a record: some at given offsets, the rest zero. Written by hand from the C headers, without using
/// the layouts under test.
struct Golden {
  var count: Int
  /// Hexadecimal digits by offset; spaces are ignored.
  var bytes: [(offset: Int, hex: String)]

  init(_ count: Int, _ bytes: (offset: Int, hex: String)...) {
    self.count = count
    self.bytes = bytes
  }

  func expect(_ actual: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
    var expected = [UInt8](repeating: 0, count: count)
    for (offset, hex) in bytes {
      let digits = hex.compactMap(\.hexDigitValue)
      #expect(digits.count % 2 == 0, "\(hex)", sourceLocation: sourceLocation)
      for index in 0..<(digits.count / 2) {
        expected[offset + index] = UInt8(digits[2 * index] << 4 | digits[2 * index + 1])
      }
    }
    #expect(actual.count == count, sourceLocation: sourceLocation)
    // Comparing the arrays themselves would print both whole on failure.
    let different = zip(actual, expected).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
    #expect(different == [], "bytes that differ", sourceLocation: sourceLocation)
  }
}
