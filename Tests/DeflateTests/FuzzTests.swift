// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import TestSupport
import Testing

/// Random data with structure, in random pieces with random flushes: zlib inflates it to the same.
@Suite struct FuzzTests {
  @Test func roundTrips() {
    for seed in 0..<UInt64(fuzzIterations(150)) {
      var random = SeededGenerator(seed: seed)
      let input = Self.input(&random)
      var deflater = Deflater(level: random.chance(500) ? .fast : .good)
      if random.chance(200) {
        _ = deflater.compress(Self.input(&random), .none)
        deflater.reset()
      }
      let (size, room) = (1 + random.below(3000), 1 + random.below(3000))
      var (sizes, rooms) = (random, random)
      let pieces = Pieces(
        input: { Int(sizes.below(size)) + 1 }, room: { Int(rooms.below(room)) + 1 })
      var (done, output) = (0, [UInt8]())
      while random.chance(500) {
        let end = done + Int(random.below(input.count - done + 1))
        let flush: Deflater.Flush = random.chance(500) ? .sync : .none
        output += deflater.compress(Array(input[done..<end]), flush, in: pieces)
        done = end
      }
      output += deflater.compress(Array(input[done...]), in: pieces)
      #expect(inflated(output, atMost: input.count) == input, "seed \(seed)")
    }
  }

  /// Runs, copies from before, and bytes of small and large alphabets.
  private static func input(_ random: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    let limit = 1 + Int(random.below(random.chance(100) ? 60_000 : 6000))
    while bytes.count < limit {
      let count = 1 + Int(random.below(random.chance(100) ? 3000 : 60))
      switch random.below(5) {
      case 0: bytes += [UInt8](repeating: UInt8(random.below(256)), count: count)
      case 1 where !bytes.isEmpty:
        let start = Int(random.below(bytes.count))
        for index in 0..<count { bytes.append(bytes[start + index]) }
      case 2: bytes += random.bytes(count)
      case 3: bytes += (0..<count).map { _ in UInt8(random.below(4)) }
      // Frequencies like Fibonacci's numbers, which make the longest codes.
      default: bytes += (0..<count).map { _ in UInt8(random.next().trailingZeroBitCount) }
      }
    }
    return bytes
  }
}
