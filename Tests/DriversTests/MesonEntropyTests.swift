// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyComponents
import TargetTestSupport
import Testing

@testable import MesonEntropy

@Suite struct MesonEntropyTests {
  private let registers = FakeBus()
  private let clocks = FakeBus()

  /// Opens the gate and leaves the others as they are.
  @Test func start() throws {
    clocks.script(0x140, 0xdead_0000, 0xdead_1000)
    let generator = MesonEntropy(registers, clocks: clocks)
    try generator.start()
    #expect(clocks.takeTrace() == ["r 140 dead0000", "w 140 dead1000", "r 140 dead1000"])
    #expect(registers.takeTrace() == [])
  }

  /// A gate that stays closed: the generator is not read, as the board might hang.
  @Test func closedGate() {
    clocks.script(0x140, 0)
    let generator = MesonEntropy(registers, clocks: clocks)
    #expect(throws: EntropyDeviceFault.unusable) { try generator.start() }
    #expect(registers.takeTrace() == [])
  }

  /// Without a clock in the device tree, firmware decides.
  @Test func noClock() throws {
    try MesonEntropy(registers, clocks: nil).start()
    #expect(registers.takeTrace() == [])
  }

  /// Eight words of one register, the lowest byte first.
  @Test func take() {
    registers.script(0, 0x0403_0201, 0x0807_0605, 7)
    let generator = MesonEntropy(registers, clocks: clocks)
    var block = EntropyBlock()
    _ = generator.take(&block)
    #expect(block.count == 32)
    #expect((0..<9).map { block[$0] } == [1, 2, 3, 4, 5, 6, 7, 8, 7])
    #expect(registers.takeTrace().count == 8)
  }
}
