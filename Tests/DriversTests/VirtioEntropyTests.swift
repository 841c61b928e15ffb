// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyComponents
import TargetTestSupport
import Testing

@testable import VirtioEntropy

@Suite struct VirtioEntropyTests {
  private static let io: UInt64 = 0x5fff_0000
  private let bus = FakeBus()
  private let memory = FakeDMA(byteCount: 0x1000)

  private typealias Generator = VirtioEntropy<FakeBus, FakeDMA>

  /// A modern device with a queue of eight.
  private func generator(deviceID: UInt32 = 4, memory: FakeDMA? = nil) -> Generator {
    bus.script(0x000, 0x7472_6976)
    bus.script(0x004, 2)
    bus.script(0x008, deviceID)
    bus.script(0x034, 8)
    bus.onRead = { [bus] offset in
      guard offset == 0x010 else { return nil }
      return bus.written(to: 0x014).last == 1 ? 1 : 0
    }
    return Generator(bus, memory: memory ?? self.memory, ioAddress: Self.io)
  }

  private func started() throws -> Generator {
    var generator = generator()
    try generator.start()
    _ = bus.takeTrace()
    return generator
  }

  /// Acts as the device: fills the buffer, and returns it with a length and an index that may be wrong.
  private func finish(_ bytes: [UInt8], length: UInt32? = nil, index: UInt16) {
    for (offset, byte) in bytes.enumerated() { memory.bytes[0x80 + offset] = byte }
    let slot = 0x40 + 8 * Int((index &- 1) % 2)
    memory.store32(0, at: slot)
    memory.store32(length ?? UInt32(bytes.count), at: slot + 4)
    memory.store16(index, at: 0x3e)
  }

  /// The next block's bytes; nil if the driver has none.
  private func take(_ generator: inout Generator) -> [UInt8]? {
    var block = EntropyBlock()
    let isTaken = generator.take(&block)
    #expect(isTaken == (block.count > 0))
    return isTaken ? (0..<block.count).map { block[$0] } : nil
  }

  @Test func initialisation() throws {
    var generator = generator()
    try generator.start()
    #expect(
      bus.takeTrace() == [
        "r 0 74726976", "r 4 2", "r 8 4",
        // Reset, acknowledge, driver, features: VERSION_1 alone.
        "w 70 0", "w 70 1", "w 70 3", "w 14 0", "r 10 0", "w 14 1", "r 10 1", "w 24 0", "w 20 0",
        "w 24 1", "w 20 1", "w 70 b", "r 70 b",
        // A queue of two, whose parts are aligned to 16, 2 and 4.
        "w 30 0", "r 34 8", "w 30 0", "w 38 2", "w 80 5fff0000", "w 84 0", "w 90 5fff0020",
        "w 94 0", "w a0 5fff003c", "w a4 0", "w 44 1",
        // Driver ready, and the first buffer.
        "w 70 f", "w 50 0",
      ])
    // One descriptor: 64 bytes that the device writes.
    #expect(memory.load(UInt64.self, at: 0) == Self.io + 0x80)
    #expect(memory.load(UInt64.self, at: 8) == 64 | 2 << 32)
    // No interrupts; one buffer; both entries of the ring are that descriptor.
    #expect(memory.load(UInt64.self, at: 0x20) == 1 | 1 << 16)
    #expect(memory.load(UInt32.self, at: 0x3c) == 0)
  }

  @Test(arguments: [0, 1, 3] as [UInt32]) func otherDevice(id: UInt32) {
    var generator = generator(deviceID: id)
    #expect(throws: EntropyDeviceFault.absent) { try generator.start() }
    #expect(bus.written(to: 0x70) == [])
  }

  @Test func noQueueOrNoMemory() {
    var small = generator(memory: FakeDMA(byteCount: 0x80))
    #expect(throws: EntropyDeviceFault.unusable) { try small.start() }
    var generator = generator()
    bus.script(0x034, 0)
    #expect(throws: EntropyDeviceFault.unusable) { try generator.start() }
    // FAILED, which tells the device (2.1.1).
    #expect(bus.written(to: 0x70).last == 0x8b)
  }

  /// Bytes are taken once, and the buffer is empty when the device gets it again.
  @Test func takes() throws {
    var generator = try started()
    #expect(take(&generator) == nil)
    let first = (1...64).map { UInt8($0) }
    finish(first, index: 1)
    #expect(take(&generator) == first)
    #expect(memory.bytes[0x80..<0xc0].allSatisfy { $0 == 0 })
    #expect(bus.takeTrace() == ["w 50 0"])
    #expect(memory.load(UInt16.self, at: 0x22) == 2)
    #expect(take(&generator) == nil)
    finish(first.reversed(), index: 2)
    #expect(take(&generator) == first.reversed())
  }

  /// The buffer is read after the index that covers it, and given back before the index that publishes it.
  @Test func order() throws {
    var generator = try started()
    finish([1, 2, 3, 4], index: 1)
    _ = memory.takeEvents()
    #expect(take(&generator) == [1, 2, 3, 4])
    #expect(memory.takeEvents() == [.loads, .stores, .store16(0x22, 2), .all])
  }

  @Test func shortBuffers() throws {
    var generator = try started()
    finish([9, 8, 7, 6, 5, 4, 3], index: 1)
    // Whole words: the rest may be old.
    #expect(take(&generator) == [9, 8, 7, 6])
    finish([], index: 2)
    #expect(take(&generator) == nil)
    // It was given back all the same.
    #expect(memory.load(UInt16.self, at: 0x22) == 3)
  }

  /// Nothing that a device claims leads out of the buffer, or makes the driver wait.
  @Test func hostileDevice() throws {
    var generator = try started()
    finish([], length: .max, index: 1)
    #expect(take(&generator) == [UInt8](repeating: 0, count: 64))
    for index in [7, 0xffff, 0x8000] as [UInt16] {
      memory.store16(index, at: 0x3e)
      #expect(take(&generator)?.count ?? 0 <= 64)
    }
  }
}
