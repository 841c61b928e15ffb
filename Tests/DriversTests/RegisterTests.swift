// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Registers
import TargetTestSupport
import Testing

private struct Example: RegisterView, Equatable {
  var bits: UInt32
  static var low: Bits<Self> { .init(0, 2) }
  static var middle: Bits<Self> { .init(8, 15) }
  static var top: Bits<Self> { .init(31) }
  static var all: Bits<Self> { .init(0, 31) }
}

@Suite struct RegisterTests {
  @Test func fieldsAreCutAndPlaced() {
    var view = Example(bits: 0)
    view[Example.middle] = 0x1a5
    #expect(view.bits == 0xa500)
    view[Example.low] = 0xff
    #expect(view.bits == 0xa507)
    #expect(view[Example.middle] == 0xa5 && view[Example.low] == 7)
    #expect(!view.has(Example.top))
    view = view.with(Example.top, true).with(Example.low, false)
    #expect(view.bits == 0x8000_a500)
    #expect(view.has(Example.top) && view[Example.top] == 1)
    view[Example.all] = .max
    #expect(view.bits == .max && view[Example.all] == .max)
  }

  @Test func accessesAreOneEachAndInOrder() {
    let bus = FakeBus()
    let register = ReadWrite<Example>(at: 0x10)
    bus.script(0x10, 0xffff_ffff)
    bus.modify(register) { $0[Example.middle] = 0 }
    bus.write(Example(bits: 5), to: WriteOnly<Example>(at: 4))
    #expect(bus.read(ReadOnly<Example>(at: 8)) == Example(bits: 0))
    #expect(bus.takeTrace() == ["r 10 ffffffff", "w 10 ffff00ff", "w 4 5", "r 8 0"])
  }

  @Test func mappedRegistersAreMemory() throws {
    let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 4)
    words.initialize(repeating: 0x1111_1111, count: 4)
    let address = UInt64(UInt(bitPattern: words))
    let bus = try #require(MMIO(address: address, byteCount: 16))
    bus.store(0x2222_2222, at: 8)
    #expect(bus.load(8) == 0x2222_2222 && words[2] == 0x2222_2222)
    let part = try #require(bus.registers(at: 8, byteCount: 8))
    #expect(part.load(0) == 0x2222_2222)
    #expect(part.load(4) == 0x1111_1111)
    #expect(bus.registers(at: 12, byteCount: 8) == nil)
    #expect(bus.registers(at: 6, byteCount: 4) == nil)
    #expect(bus.registers(at: -4, byteCount: 4) == nil)
    #expect(bus.registers(at: .max - 3, byteCount: 4) == nil)
    #expect(MMIO(address: 0, byteCount: 4096) == nil)
    #expect(MMIO(address: address + 2, byteCount: 4) == nil)
    words.deallocate()
  }
}
