// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import NFSFileServer
import NFSTestSupport
import Rings
import TargetTestSupport
import TestSupport
import Testing

@Suite struct LyingClientTests {
  @Test func idsUsedTwice() throws {
    let setup = try Setup()
    #expect(try setup.status(.initialise) == .success)
    _ = setup.files.add("f")
    // The test writes the ring directly: the same id twice, and an unknown command.
    let tail = Int(setup.commandMemory.peek(UInt64.self, at: 8))
    let stat = FileCommand.stat(
      path: setup.path("f"), buffer: ShareBuffer(offset: 4096, byteCount: 136))
    for (index, message) in [stat.message(id: 3), stat.message(id: 3)].enumerated() {
      for word in 0..<8 {
        setup.commandMemory.poke(message[word], at: 64 + 64 * (tail + index) + 8 * word)
      }
    }
    for word in 0..<8 {
      setup.commandMemory.poke(UInt64.max, at: 64 + 64 * (tail + 2) + 8 * word)
    }
    setup.commandMemory.poke(UInt64(tail + 3), at: 8)
    _ = setup.serve()
    while setup.counters.commands < 4 || setup.completionMemory.peek(UInt64.self, at: 8) < 4 {
      setup.step()
      _ = setup.serve()
    }
    #expect(setup.counters.refusals == 2 && !setup.isQuarantined)
    #expect(setup.completionMemory.peek(UInt64.self, at: 64 + 64 * 1) == 3)
    #expect(setup.completionMemory.peek(UInt64.self, at: 64 + 64 * 1 + 8) == 13)
    #expect(setup.completionMemory.peek(UInt64.self, at: 64 + 64 * 3 + 8) == 0)
    // The client library ignores answers to commands that it did not send.
    try setup.collect()
    #expect(setup.unknownAnswers == 3)
  }

  @Test(arguments: [0, 1] as [Int]) func indicesThatJump(_ queue: Int) throws {
    let setup = try Setup()
    #expect(try setup.status(.initialise) == .success)
    if queue == 0 {
      setup.commandMemory.poke(UInt64(100_000), at: 8)
    } else {
      setup.completionMemory.poke(UInt64(100_000), at: 0)
      _ = try setup.submit(.tellDirectory(0))
    }
    _ = setup.serve()
    #expect(setup.isQuarantined && setup.counters.faults == 1)
    #expect(!setup.serve())
  }

  /// Random words in the queue and random bytes in the share: nothing traps, and each command gets
  /// one answer.
  @Test func noise() throws {
    var numbers = SeededGenerator(seed: 6)
    for _ in 0..<fuzzIterations(30) {
      let setup = try Setup()
      _ = setup.files.add("f", bytes("hello"))
      _ = setup.path("f/../f", at: 0)
      #expect(try setup.status(.initialise) == .success)
      var tail = setup.commandMemory.peek(UInt64.self, at: 8)
      var head = setup.completionMemory.peek(UInt64.self, at: 8)
      for _ in 0..<20 {
        let count = UInt64.random(in: 1...100, using: &numbers)
        for _ in 0..<count {
          let slot = Int(64 + 64 * (tail % 511))
          for word in 0..<8 {
            let values: [UInt64] = [
              0, 1, 2, 3, 6, 16, 136, 256, 4095, 1 << 19, (1 << 20) - 1, 1 << 20, 1 << 63, .max,
              UInt64.random(in: 0...19, using: &numbers),
              UInt64.random(in: 0...(.max), using: &numbers),
            ]
            let value = values.randomElement(using: &numbers) ?? 0
            setup.commandMemory.poke(
              word == 0 ? tail : word == 1 ? UInt64.random(in: 0...20, using: &numbers) : value,
              at: slot + 8 * word)
          }
          tail += 1
        }
        setup.commandMemory.poke(tail, at: 8)
        while head < tail {
          _ = setup.serve()
          let answered = setup.completionMemory.peek(UInt64.self, at: 8)
          #expect(answered <= tail && answered - head <= 511)
          head = answered
          setup.completionMemory.poke(head, at: 0)
          if head < tail { setup.step() }
        }
      }
      #expect(!setup.isQuarantined)
    }
  }
}
