// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Wire

@Suite struct ChecksumTests {
  /// The example of RFC 1071, 3: the sum of these is ddf2.
  @Test func example() {
    var checksum = InternetChecksum()
    [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7].lend { checksum.add($0) }
    #expect(checksum.value == ~0xddf2)
    checksum.add(checksum.value)
    #expect(checksum.isIntact)
  }

  /// In pieces of any length, at any place, it is what adding word by word gives.
  @Test func pieces() {
    var random = Random(state: 1)
    for _ in 0..<2000 {
      let bytes = (0..<random.below(300)).map { _ in
        UInt8(truncatingIfNeeded: random.next() | (random.below(3) == 0 ? 0xff : 0))
      }
      var sum = 0
      for (index, byte) in bytes.enumerated() { sum += Int(byte) << (index % 2 == 0 ? 8 : 0) }
      while sum >> 16 != 0 { sum = (sum & 0xffff) + sum >> 16 }
      var checksum = InternetChecksum()
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + 1 + random.below(100))
        Array(bytes[start..<end]).lend { checksum.add($0) }
        start = end
      }
      guard checksum.value == ~UInt16(sum) else {
        Issue.record("\(bytes): \(checksum.value)")
        return
      }
    }
  }

  @Test func fields() {
    var whole = InternetChecksum()
    [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc].lend { whole.add($0) }
    var parts = InternetChecksum()
    parts.add(UInt32(0x1234_5678))
    parts.add(UInt16(0x9abc))
    #expect(whole.value == parts.value)
  }
}
