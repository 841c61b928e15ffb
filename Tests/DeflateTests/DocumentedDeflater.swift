// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import Testing

/// The examples of docs/archives.md.
@Suite struct DocumentedDeflater {
  /// `input` as DEFLATE, through a buffer of 4 KiB.
  func compressed(_ input: [UInt8], send: (Span<UInt8>) -> Void) -> UInt32 {
    var deflater = Deflater(level: .fast)
    var checksum = CRC32()
    checksum.update(input.span)
    var consumed = 0
    var isDone = false
    while !isDone {
      var output: [UInt8] = []
      output.append(addingCapacity: 4096) { output in
        let rest = input.span.extracting(consumed...)
        let progress = deflater.compress(rest, into: &output, .finish)
        consumed += progress.consumed
        isDone = progress.isDone
      }
      send(output.span)
    }
    return checksum.value
  }

  @Test func example() {
    let input = Corpus.text.bytes(40_000)
    var output: [UInt8] = []
    let checksum = compressed(input) { bytes in
      for index in bytes.indices { output.append(bytes[index]) }
    }
    #expect(output == deflated(input, .fast))
    #expect(checksum != 0)
  }
}
