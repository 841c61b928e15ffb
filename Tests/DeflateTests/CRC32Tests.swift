// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CZlib
import Deflate
import TestSupport
import Testing

@Suite struct CRC32Tests {
  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var checksum = CRC32()
    checksum.update(bytes.span)
    return checksum.value
  }

  /// The check value of the catalogues: "123456789".
  @Test func golden() {
    #expect(checksum([]) == 0)
    #expect(checksum(Array("123456789".utf8)) == 0xcbf4_3926)
  }

  @Test func sameAsZlib() {
    var random = SeededGenerator(seed: 3)
    for count in Array(0...40) + [1000, 4099] {
      let bytes = random.bytes(count)
      #expect(checksum(bytes) == UInt32(unsafe crc32(0, bytes, UInt32(count))))
    }
  }

  @Test func piecesMakeNoDifference() {
    var random = SeededGenerator(seed: 4)
    let bytes = random.bytes(500)
    for _ in 0..<100 {
      var checksum = CRC32()
      var done = 0
      while done < bytes.count {
        let end = done + Int(random.below(bytes.count - done + 1))
        checksum.update(bytes.span.extracting(done..<end))
        done = end
      }
      #expect(checksum.value == self.checksum(bytes))
    }
  }
}
