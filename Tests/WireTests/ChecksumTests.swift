// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
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

  /// In pieces of any length at any position, the result equals word-by-word addition.
  @Test func pieces() {
    var random = SeededGenerator(seed: 1)
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

  /// Copying while summing equals doing both separately, for every length around a step's size, and
  /// writes nothing outside.
  @Test func copying() {
    for count in Array(0...200) + [1447, 1448, 1460, 65535, 65536, 65537, 200_000] {
      for fill in [UInt8(0), 0xff, 0x5a] {
        let bytes = (0..<count).map { fill ^ UInt8(truncatingIfNeeded: fill == 0xff ? 0 : $0) }
        var target = [UInt8](repeating: 0xa5, count: count + 6)
        var sum = InternetChecksum()
        bytes.lend { source in
          target.fill { sum.add(source, copyingTo: &$0, at: 3) }
        }
        var expected = InternetChecksum()
        var word = 0
        while word + 1 < count {
          expected.add(UInt16(bytes[word]) << 8 | UInt16(bytes[word + 1]))
          word += 2
        }
        if word < count { expected.add(UInt16(bytes[word]) << 8) }
        #expect(sum.value == expected.value, "\(count) bytes of \(fill)")
        #expect(Array(target[3..<3 + count]) == bytes)
        #expect(
          target[..<3] == [0xa5, 0xa5, 0xa5] && target[(3 + count)...] == [0xa5, 0xa5, 0xa5])
      }
    }
  }
}
