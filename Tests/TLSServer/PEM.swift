// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The blocks of a file in PEM (RFC 7468), as DER. The file is one of a test's own, so that nothing else is checked.
func blocks(ofPEM file: String) -> [[UInt8]] {
  var blocks: [[UInt8]] = []
  var bits = (value: UInt32(0), count: 0)
  for line in String(decoding: readFile(file), as: UTF8.self).split(separator: "\n") {
    if line.hasPrefix("-----BEGIN") {
      blocks.append([])
      bits = (0, 0)
    }
    guard !line.hasPrefix("-"), !blocks.isEmpty else { continue }
    for digit in line.utf8 {
      guard let value = alphabet.firstIndex(of: digit) else { continue }
      bits = (bits.value << 6 | UInt32(value), bits.count + 6)
      guard bits.count >= 8 else { continue }
      bits.count -= 8
      blocks[blocks.count - 1].append(UInt8(truncatingIfNeeded: bits.value >> UInt32(bits.count)))
    }
  }
  return blocks
}

private let alphabet = Array(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
