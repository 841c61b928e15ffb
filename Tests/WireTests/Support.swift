// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Wire

extension [UInt8] {
  func lend<Result>(_ body: (RawSpan) -> Result) -> Result { body(span.bytes) }

  mutating func fill(_ body: (inout MutableRawSpan) -> Void) {
    unsafe withUnsafeMutableBytes { buffer in
      var span = unsafe MutableRawSpan(_unsafeBytes: buffer)
      body(&span)
    }
  }

  /// What `body` writes into bytes with other content.
  static func written(_ count: Int, _ body: (inout MutableRawSpan) -> Void) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xa5, count: count)
    bytes.fill(body)
    return bytes
  }
}

/// Passes each truncation of `bytes` to `parse`, which must not trap. True if exactly those of at
/// least `least` bytes are parsed.
func truncations(_ bytes: [UInt8], least: Int, _ parse: (RawSpan) -> Bool) -> Bool {
  for count in 0...bytes.count {
    let isParsed = Array(bytes[..<count]).lend(parse)
    if isParsed != (count >= least) { return false }
  }
  return true
}
