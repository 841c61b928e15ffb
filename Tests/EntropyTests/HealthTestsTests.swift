// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyComponents
import TestSupport
import Testing

/// A generator of bytes by index, and the first test that fails within a number of them.
private func failure(
  bitsPerByte: Int, count: Int = 1 << 16, blockSize: Int = 64, _ byte: (Int) -> UInt8
) -> (test: HealthTests.Failure, at: Int)? {
  var tests = HealthTests(bitsPerByte: bitsPerByte)
  for start in stride(from: 0, to: count, by: blockSize) {
    var block = EntropyBlock()
    for index in start..<start + blockSize { block.append(byte(index)) }
    do throws(HealthTests.Failure) {
      try tests.check(block)
    } catch {
      return (error, start + blockSize)
    }
  }
  return nil
}

@Suite struct HealthTestsTests {
  /// CRITBINOM(512, chance, 1 - 2^-30): the number that a binomial variable exceeds with a probability of at most 2^-30.
  private func critical(_ chance: Double) -> Int {
    var terms = [(0..<512).reduce(1.0) { product, _ in product * (1 - chance) }]
    for count in 0..<512 {
      terms.append(terms[count] * Double(512 - count) / Double(count + 1) * chance / (1 - chance))
    }
    // From the smallest terms on, so that they are not lost in the sum.
    var number = 512
    var tail = 0.0
    while number > 0, tail + terms[number] <= 1 / Double(1 << 30) {
      tail += terms[number]
      number -= 1
    }
    return number
  }

  /// The table of the cut-offs is what the formulas give for a false alarm rate of 2^-30.
  @Test(arguments: 1...8) func cutoffs(bits: Int) {
    let cutoffs = HealthCutoffs(bitsPerByte: bits)
    #expect(cutoffs.repetition == 1 + (30 + bits - 1) / bits)
    #expect(cutoffs.proportion == 1 + critical(1 / Double(1 << bits)))
  }

  @Test func clamped() {
    #expect(HealthCutoffs(bitsPerByte: 0) == HealthCutoffs(bitsPerByte: 1))
    #expect(HealthCutoffs(bitsPerByte: 99) == HealthCutoffs(bitsPerByte: 8))
    #expect(HealthCutoffs.startUp >= 1024)
  }

  /// Good bytes pass, at the strictest count.
  @Test(arguments: [1, 4, 8]) func goodBytes(bits: Int) {
    var generator = SeededGenerator(seed: 1)
    let bytes = generator.bytes(1 << 18)
    #expect(failure(bitsPerByte: bits, count: bytes.count) { bytes[$0] } == nil)
  }

  /// A stuck generator fails at the first byte that it may fail at, whatever it is stuck at.
  @Test(arguments: [1, 4, 8], [0, 0xff, 0x5a] as [UInt8]) func stuck(bits: Int, byte: UInt8) {
    let cutoffs = HealthCutoffs(bitsPerByte: bits)
    let found = failure(bitsPerByte: bits, blockSize: 1) { _ in byte }
    #expect(found?.test == .repetition && found?.at == cutoffs.repetition)
    // One fewer in a row passes.
    let other = cutoffs.repetition - 1
    var generator = SeededGenerator(seed: 2)
    let bytes = generator.bytes(4096)
    #expect(failure(bitsPerByte: bits, count: other, blockSize: 1) { _ in byte } == nil)
    #expect(failure(bitsPerByte: bits, count: 4096) { bytes[$0] } == nil)
  }

  /// A generator that works and then sticks.
  @Test func sticksLater() {
    var generator = SeededGenerator(seed: 3)
    let bytes = generator.bytes(5000)
    let found = failure(bitsPerByte: 1, blockSize: 1) { $0 < 5000 ? bytes[$0] : 7 }
    #expect(found?.test == .repetition)
    #expect(5030...5031 ~= found?.at ?? 0)
  }

  /// One byte comes far more often than it may, but seldom in a row.
  @Test(arguments: [(4, 25), (8, 10), (1, 80)]) func biased(bits: Int, percent: Int) {
    var generator = SeededGenerator(seed: 4)
    let bytes = (0..<1 << 16).map { _ in
      generator.below(100) < percent ? 0 : UInt8(1 + generator.below(255))
    }
    let found = failure(bitsPerByte: bits, count: bytes.count) { bytes[$0] }
    #expect(found?.test == .proportion || found?.test == .pattern || found?.test == .repetition)
  }

  /// The adaptive proportion test alone, without the others' help: a byte that comes every `distance` bytes, at no fixed
  /// distance below 17.
  @Test func proportion() {
    var generator = SeededGenerator(seed: 5)
    var bytes: [UInt8] = []
    while bytes.count < 1 << 14 {
      bytes.append(0)
      for _ in 0..<2 + generator.below(3) { bytes.append(UInt8(1 + generator.below(255))) }
    }
    let found = failure(bitsPerByte: 4, count: 1 << 14) { bytes[$0] }
    #expect(found?.test == .proportion)
  }

  /// Patterns of each length up to 16 bytes, which no byte dominates.
  @Test(arguments: 2...16, [1, 4]) func pattern(length: Int, bits: Int) {
    let found = failure(bitsPerByte: bits, blockSize: 4) { UInt8($0 % length) }
    #expect(found?.test == .pattern || found?.test == .proportion)
    #expect(found.map { $0.at <= 2 * HealthCutoffs.window } == true)
  }

  /// A block that the device gives twice.
  @Test(arguments: [32, 48, 64]) func block(size: Int) {
    var generator = SeededGenerator(seed: 6)
    let bytes = generator.bytes(4 * size)
    let found = failure(bitsPerByte: 1, count: 5 * size, blockSize: size) {
      $0 < 4 * size ? bytes[$0] : bytes[$0 - size]
    }
    #expect(found?.test == .block && found?.at == 5 * size)
  }

  /// Only one bit of each byte is random: what the least count allows.
  @Test func oneBit() {
    var generator = SeededGenerator(seed: 7)
    let bytes = (0..<1 << 16).map { _ in UInt8(generator.below(2)) }
    #expect(failure(bitsPerByte: 1, count: bytes.count) { bytes[$0] } == nil)
    #expect(failure(bitsPerByte: 4, count: bytes.count) { bytes[$0] } != nil)
  }
}
