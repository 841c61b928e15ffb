// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
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

struct Random {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }
}

/// Iterations of a fuzz test: `SERVAL_FUZZ_ITERATIONS`, or the few of a normal run.
func fuzzIterations(_ few: Int) -> Int {
  getenv("SERVAL_FUZZ_ITERATIONS").flatMap { Int(String(cString: $0)) } ?? few
}
