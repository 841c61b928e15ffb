// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

extension Array where Element == UInt8 {
  /// Appends a number of `size` bytes, most significant first.
  mutating func append(_ number: Int, size: Int) {
    var shift = 8 * (size - 1)
    while shift >= 0 {
      append(UInt8(truncatingIfNeeded: number >> shift))
      shift -= 8
    }
  }

  /// Appends what `body` appends, behind its length in `size` bytes.
  mutating func appendVector(_ size: Int, _ body: (inout [UInt8]) -> Void) {
    let start = count
    append(zeroes: size)
    body(&self)
    var length = count - start - size
    for index in stride(from: start + size - 1, through: start, by: -1) {
      self[index] = UInt8(truncatingIfNeeded: length)
      length >>= 8
    }
  }

  /// Appends a handshake message.
  mutating func appendMessage(_ type: UInt8, _ body: (inout [UInt8]) -> Void) {
    append(type)
    appendVector(3, body)
  }

  /// Appends an extension.
  mutating func appendExtension(_ type: Int, _ body: (inout [UInt8]) -> Void) {
    append(type, size: 2)
    appendVector(2, body)
  }
}
