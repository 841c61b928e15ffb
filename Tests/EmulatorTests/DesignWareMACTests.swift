// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import TestSupport
import Testing

@testable import Emulator

/// The MAC's registers and descriptors, as used by sDDF's driver and by ours.
@Suite struct DesignWareMACTests {
  private final class Bench {
    let memory: HostMemory
    let model: DesignWareMACModel
    var reports: [String] = []
    private var now: UInt64 = 0
    var level = false

    private final class Far: NetworkBackend {
      var deliver: ([UInt8]) -> Void = { _ in }
      var sent: [[UInt8]] = []
      func transmit(_ frame: [UInt8], now: UInt64) { sent.append(frame) }
      func descriptors(timeout: inout UInt32) -> [pollfd] { [] }
      func handle(_ descriptors: [pollfd], now: UInt64) {}
      var nextEvent: UInt64? { nil }
      func advance(to now: UInt64) {}
    }
    private let far = Far()

    init() throws {
      memory = try #require(HostMemory(size: 0x4000))
      var physical = PhysicalMemory()
      physical.add(memory, at: 0x1000_0000)
      let link = NetworkLink(backend: far, recorder: nil, faults: nil)
      model = DesignWareMACModel(link: link) { physical }
      model.report = { [unowned self] in reports.append($0) }
      model.interrupt = { [unowned self] in level = $0 }
    }

    func write(_ offset: UInt64, _ value: UInt64) {
      model.write(offset, value, size: 4, now: 0)
    }
    func read(_ offset: UInt64) -> UInt64 { model.read(offset, size: 4, now: 0) }

    func describe(_ offset: Int, _ words: UInt32...) {
      for (index, word) in words.enumerated() {
        memory.start.storeBytes(of: word, toByteOffset: offset + 4 * index, as: UInt32.self)
      }
    }
    func word(_ offset: Int) -> UInt32 {
      memory.start.load(fromByteOffset: offset, as: UInt32.self)
    }

    /// Starts both directions, with the receive list at 0, the transmit list at 0x400 and all interrupts enabled.
    func start() {
      write(0x1000, 1)
      write(0x40, 0x0605)
      write(0x44, 0x0403_0202)
      write(0x100c, 0x1000_0000)
      write(0x1010, 0x1000_0400)
      write(0x101c, 0x1e7ff)
      write(0, 0xc)
      write(0x1018, 1 << 1 | 1 << 13)
    }

    func deliver(_ frame: [UInt8]) {
      far.deliver(frame)
      now += 1_000_000
      model.advance(to: now)
    }

    func transmit() -> [[UInt8]] {
      write(0x1004, .max)
      for _ in 0..<2 {
        now += 1_000_000
        model.advance(to: now)
      }
      return far.sent
    }
  }

  private let frame = [2, 2, 3, 4, 5, 6, 9, 9, 9, 9, 9, 9, 8, 0] + [UInt8](repeating: 7, count: 46)

  @Test func aResetLosesTheAddress() throws {
    let bench = try Bench()
    #expect(bench.read(0x44) == 0x1206_1e00)
    bench.write(0x1000, 1)
    #expect(bench.read(0x1000) & 1 == 0)
    #expect(bench.read(0x44) == 0xffff_ffff)
  }

  @Test func receives() throws {
    let bench = try Bench()
    bench.describe(0, 1 << 31, 1 << 25 | 0x600, 0x1000_1000, 0)
    bench.start()
    bench.deliver(frame)
    // Length with the check sequence, first and last.
    #expect(bench.word(0) == 64 << 16 | 1 << 9 | 1 << 8 | 1 << 5)
    let stored = UnsafeRawBufferPointer(start: bench.memory.start + 0x1000, count: 64)
    #expect(Array(stored.prefix(60)) == frame)
    // The residue of a frame with its check sequence (IEEE 802.3, 3.2.9).
    #expect(checkSequence(of: Array(stored)) == [0x1c, 0xdf, 0x44, 0x21])
    #expect(bench.read(0x1014) & (1 << 6 | 1 << 16) == 1 << 6 | 1 << 16)
    #expect(bench.level)
    bench.write(0x1014, 1 << 6 | 1 << 16)
    #expect(!bench.level)
    // The ring's only descriptor belongs to the driver.
    bench.deliver(frame)
    #expect(bench.read(0x1014) & (1 << 7 | 1 << 15) == 1 << 7 | 1 << 15)
  }

  /// Frame lengths without check sequence, and the status written to each of three descriptors of 256 bytes: the frame's
  /// length so far and flags.
  @Test(
    arguments: [
      (252, [256 << 16 | first | last]),
      (253, [256 << 16 | first, 257 << 16 | last]),
      (508, [256 << 16 | first, 512 << 16 | last]),
      (764, [256 << 16 | first, 512 << 16, 768 << 16 | last]),
      // There is no fourth descriptor: the frame is truncated.
      (765, [256 << 16 | first, 512 << 16, 768 << 16 | last | error | truncated]),
    ] as [(Int, [UInt32])])
  func aLongFrameContinuesInTheNextDescriptor(count: Int, statuses: [UInt32]) throws {
    let bench = try Bench()
    for slot in 0..<3 {
      bench.describe(16 * slot, 1 << 31, 0x100, 0x1000_1000 + UInt32(0x100 * slot), 0)
    }
    bench.describe(48, 0, 0x100, 0, 0)
    bench.start()
    let long = frame + (0..<count - frame.count).map { UInt8(truncatingIfNeeded: $0) }
    bench.deliver(long)
    let isEthernet: UInt32 = 1 << 5
    for (slot, status) in statuses.enumerated() {
      #expect(bench.word(16 * slot) == status | isEthernet, "descriptor \(slot)")
    }
    for slot in statuses.count..<3 { #expect(bench.word(16 * slot) == 1 << 31) }
    let stored = UnsafeRawBufferPointer(start: bench.memory.start + 0x1000, count: 0x300)
    #expect(stored.prefix(min(count, 0x300)).elementsEqual(long.prefix(0x300)))
    #expect(bench.read(0x1014) & 1 << 6 != 0)
    #expect(bench.read(0x1014) & 1 << 7 == (count > 764 ? 1 << 7 : 0))
  }

  private static let first: UInt32 = 1 << 9
  private static let last: UInt32 = 1 << 8
  private static let truncated: UInt32 = 1 << 14
  private static let error: UInt32 = 1 << 15

  /// Jumbo frames are not enabled, so the watchdog cuts them off.
  @Test func aFrameOfMoreThan2048BytesIsCutOff() throws {
    let bench = try Bench()
    bench.describe(0, 1 << 31, 0x600, 0x1000_1000, 0)
    bench.describe(16, 1 << 31, 0x600, 0x1000_1800, 0)
    bench.start()
    bench.deliver(frame + [UInt8](repeating: 7, count: 2000))
    #expect(bench.word(0) == 1536 << 16 | Self.first | 1 << 5)
    #expect(bench.word(16) == 2048 << 16 | Self.last | Self.error | 1 << 5 | 1 << 4)
  }

  @Test func otherAddressesAreFiltered() throws {
    let bench = try Bench()
    bench.describe(0, 1 << 31, 1 << 25 | 0x600, 0x1000_1000, 0)
    bench.start()
    var other = frame
    other[0] = 4
    bench.deliver(other)
    #expect(bench.word(0) == 1 << 31)
    bench.write(4, 1)
    bench.deliver(other)
    #expect(bench.word(0) & 1 << 31 == 0)
  }

  @Test func transmits() throws {
    let bench = try Bench()
    bench.start()
    for (index, byte) in frame.enumerated() {
      bench.memory.start.storeBytes(of: byte, toByteOffset: 0x2000 + index, as: UInt8.self)
    }
    // Two descriptors, the second of which ends the ring.
    bench.describe(0x400, 1 << 31, 1 << 29 | 20, 0x1000_2000, 0)
    bench.describe(0x410, 1 << 31, 1 << 31 | 1 << 30 | 1 << 25 | 40, 0x1000_2014, 0)
    #expect(bench.transmit() == [frame])
    #expect(bench.word(0x400) == 0)
    #expect(bench.word(0x410) == 0)
    #expect(bench.read(0x1014) & (1 | 1 << 16) == 1 | 1 << 16)
    #expect(bench.read(0x1048) == 0x1000_0400)
    #expect(bench.reports.isEmpty)
  }

  @Test func buffersOutsideOfDMAMemoryStopIt() throws {
    let bench = try Bench()
    bench.start()
    bench.describe(0x400, 1 << 31, 3 << 29 | 1 << 25 | 64, 0x1000_3fe0, 0)
    #expect(bench.transmit().isEmpty)
    #expect(
      bench.reports == [
        "dwmac stops: 64 bytes at physical address 0x10003fe0 are not in a DMA region"
      ])
    #expect(bench.read(0x1014) & 1 << 13 != 0)
  }

  /// Inserts the checksums of a UDP packet and verifies them.
  @Test func checksumsAreInserted() {
    var packet: [UInt8] =
      [UInt8](repeating: 0xff, count: 12) + [8, 0]
      + [0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]
      + [0x13, 0x88, 0x13, 0x89, 0, 12, 0, 0, 1, 2, 3, 4]
    insertChecksums(into: &packet, payload: true)
    func sum(_ bytes: [UInt8]) -> Int {
      var total = stride(from: 0, to: bytes.count, by: 2).reduce(0) {
        $0 + Int(bytes[$1]) << 8 + Int(bytes[$1 + 1])
      }
      while total > 0xffff { total = total & 0xffff + total >> 16 }
      return total
    }
    #expect(sum(Array(packet[14..<34])) == 0xffff)
    #expect(sum(Array(packet[26..<34]) + [0, 17, 0, 12] + Array(packet[34...])) == 0xffff)
    for count in 0..<packet.count {
      var cut = Array(packet.prefix(count))
      insertChecksums(into: &cut, payload: true)
    }
  }

  @Test func hostileDescriptors() throws {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<fuzzIterations(300) {
      let bench = try Bench()
      for offset in stride(from: 0, to: 0x800, by: 4) where random.below(2) == 0 {
        bench.describe(offset, UInt32(truncatingIfNeeded: random.next()))
      }
      for offset in stride(from: 8, to: 0x800, by: 16) where random.below(4) != 0 {
        bench.describe(offset, 0x1000_0000 + UInt32(random.below(0x4000)))
        bench.describe(offset + 4, 0x1000_0000 + UInt32(random.below(0x800)))
      }
      bench.start()
      bench.write(4, 1)
      _ = bench.transmit()
      #expect(bench.model.checkInvariants() == nil)
      for _ in 0..<4 {
        bench.deliver(frame)
        #expect(bench.model.checkInvariants() == nil)
      }
    }
  }
}
