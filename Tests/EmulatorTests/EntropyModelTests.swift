// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import EntropyComponents
import MesonEntropy
import Testing
import VirtioEntropy

@testable import Emulator

/// The drivers of generators of random numbers on the models of these.
@Suite struct EntropyModelTests {
  private static let base: UInt64 = 0x5000_0000

  private final class Bench {
    let memory: HostMemory
    let model: VirtioEntropyModel
    let bus: ModelBus
    var reports: [String] = []
    var interrupts = 0

    init(seed: UInt64) throws {
      memory = try #require(HostMemory(size: 0x1000))
      var physical = PhysicalMemory()
      physical.add(memory, at: EntropyModelTests.base)
      model = VirtioEntropyModel(seed: seed) { [physical] in physical }
      bus = ModelBus(VirtioMMIOPage([0: model]))
      model.transport.report = { [unowned self] in reports.append($0) }
      model.transport.interrupt = { [unowned self] in if $0 { interrupts += 1 } }
    }

    func generator() -> VirtioEntropy<ModelBus, HostDMA> {
      VirtioEntropy(bus, memory: HostDMA(memory), ioAddress: EntropyModelTests.base)
    }
  }

  /// A device's memory as the driver sees it.
  private struct HostDMA: DMAMemory {
    let start: UnsafeMutableRawPointer
    let byteCount = 0x1000
    init(_ memory: HostMemory) { start = memory.start }
    func load16(at offset: Int) -> UInt16 { start.load(fromByteOffset: offset, as: UInt16.self) }
    func load32(at offset: Int) -> UInt32 { start.load(fromByteOffset: offset, as: UInt32.self) }
    func load64(at offset: Int) -> UInt64 { start.load(fromByteOffset: offset, as: UInt64.self) }
    func store16(_ value: UInt16, at offset: Int) {
      start.storeBytes(of: value, toByteOffset: offset, as: UInt16.self)
    }
    func store32(_ value: UInt32, at offset: Int) {
      start.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
    }
    func store64(_ value: UInt64, at offset: Int) {
      start.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }
    func clean(_ offset: Int, count: Int) {}
    func cleanAndInvalidate(_ offset: Int, count: Int) {}
    func orderStores() {}
    func orderLoads() {}
    func orderAll() {}
  }

  /// Bytes of `count` blocks, each of which the device has time for.
  private func bytes(_ bench: Bench, blocks count: Int) throws -> [UInt8] {
    var generator = bench.generator()
    try generator.start()
    var bytes: [UInt8] = []
    var block = EntropyBlock()
    for _ in 0..<count {
      let isEarly = generator.take(&block)
      bench.bus.advance(to: bench.bus.now + 50_000)
      let isTaken = generator.take(&block)
      #expect(!isEarly && isTaken && block.count == 64)
      bytes += (0..<block.count).map { block[$0] }
    }
    return bytes
  }

  @Test func virtio() throws {
    let bench = try Bench(seed: 1)
    let first = try bytes(bench, blocks: 100)
    #expect(bench.reports == [])
    // The driver asks for no interrupt.
    #expect(bench.interrupts == 0)
    var tests = HealthTests(bitsPerByte: 8)
    for start in stride(from: 0, to: first.count, by: 64) {
      var block = EntropyBlock()
      for byte in first[start..<start + 64] { block.append(byte) }
      try tests.check(block)
    }
    // The seed decides.
    #expect(try bytes(Bench(seed: 1), blocks: 100) == first)
    #expect(try bytes(Bench(seed: 2), blocks: 1) != Array(first.prefix(64)))
  }

  /// A driver's mistake stops the device and is reported.
  @Test func virtioReportsMistakes() throws {
    let bench = try Bench(seed: 1)
    var generator = bench.generator()
    try generator.start()
    bench.memory.write([UInt8](repeating: 0xff, count: 8), at: 0)
    bench.bus.advance(to: 1_000_000)
    #expect(bench.reports.count == 1 && bench.reports[0].hasPrefix("virtio-rng stops: "))
    var block = EntropyBlock()
    let isTaken = generator.take(&block)
    #expect(!isTaken)
  }

  @Test func emptySlot() throws {
    let bus = ModelBus(VirtioMMIOPage([:]))
    let memory = try #require(HostMemory(size: 0x1000))
    var generator = VirtioEntropy(bus, memory: HostDMA(memory), ioAddress: Self.base)
    #expect(throws: EntropyDeviceFault.absent) { try generator.start() }
  }

  @Test func meson() throws {
    let clocks = MesonClocksModel()
    let model = MesonEntropyModel(seed: 1, clocks: clocks)
    var reports: [String] = []
    model.report = { reports.append($0) }
    let generator = MesonEntropy(
      ModelBus(model, base: 0x218), clocks: ModelBus(clocks))
    var block = EntropyBlock()
    // Without its clock it gives nothing, and that is reported.
    _ = generator.take(&block)
    #expect((0..<block.count).allSatisfy { block[$0] == 0 })
    #expect(reports.first?.contains("clock is off") == true)
    reports = []
    try generator.start()
    var tests = HealthTests(bitsPerByte: 8)
    for _ in 0..<200 {
      _ = generator.take(&block)
      #expect(block.count == 32)
      try tests.check(block)
    }
    #expect(reports == [])
  }
}
