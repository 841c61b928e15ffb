// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import Targets
import Testing

@testable import Boards
@testable import DeviceTree

@Suite struct PlatformTests {
  @Test func ramRegistersAndInterruptsAreListed() throws {
    let platform = try treeWithGIC(
      """
      memory@80000000 { device_type = "memory"; reg = <0x80000000 0x1000>, <0x80001000 0x3000>; };
      memory@40000000 { device_type = "memory"; reg = <0x40000000 0x1000>, <0 0>; };
      memory@50000000 { device_type = "memory"; reg = <0x50000000 1>; status = "disabled"; };
      reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
        firmware@60000000 { reg = <0x60000000 0x1000>; no-map; }; };
      sram@10000 { compatible = "mmio-sram"; reg = <0x10000 0x1000>; };
      screen@80000000 { compatible = "x"; reg = <0x80000000 0x100>, <0x9000 0x10>; };
      bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x9000000 0x1000>;
        uart@100 { compatible = "u"; reg = <0x100 0x10>, <0x5000 1>, <0x200 0>;
          interrupts = <0 1 4>; };
        off@300 { compatible = "v"; reg = <0x300 0x10>; status = "disabled";
          interrupts = <0 1 1>, <0 2 1>; };
        phy@400 { reg = <0x400 0x10>; }; };
      a { interrupts = <0 3 4>; }; b { interrupts = <0 3 1>, <0 2 4>; };
      c { interrupts = <0 4 0>; };
      end@fffffff0 { compatible = "x"; reg = <0xfffffff0 0x10>; };
      """
    ).platform()
    #expect(platform.ram == [0x4000_0000..<0x4000_1000, 0x8000_0000..<0x8000_4000])
    #expect(
      platform.deviceRegisters == [
        .init(0x9000..<0x9010, "/screen@80000000"), .init(0x900_0100..<0x900_0110, "/bus/uart@100"),
        .init(0x900_0300..<0x900_0310, "/bus/off@300"),
        .init(0x900_0400..<0x900_0410, "/bus/phy@400"),
        .init(0xffff_fff0..<0x1_0000_0000, "/end@fffffff0"),
      ])
    #expect(
      platform.interrupts == [
        33: .init(.level, device: "/bus/uart@100"), 34: .init(.level, device: "/b"),
        35: .init(nil, device: "/a"), 36: .init(nil, device: "/c"),
      ])
    #expect(platform.normalMemory.isEmpty && platform.kernelOwned.isEmpty)
  }

  @Test(arguments: Board.builtIn) func theBoardsTreesHaveOne(board: Board) throws {
    let platform = try board.tree().platform()
    #expect(!platform.ram.isEmpty && !platform.deviceRegisters.isEmpty)
    let kept = try #require(Target.of(board: board.name, sdk: .newest).platform).kernelOwned
    for owner in kept where owner.name.hasPrefix("the interrupt") {
      #expect(platform.deviceRegisters.contains { $0.range.contains(owner.range.lowerBound) })
    }
    let serial = try board.device(.serial, in: board.tree())
    #expect(
      try platform.interrupts[IRQNumber(serial.interrupt().number)]?.device == serial.path)
  }

  @Test func aRangeMayEndWithTheAddressSpace() throws {
    let platform = try tree(
      """
      #address-cells = <2>; #size-cells = <2>;
      n@1 { compatible = "x"; reg = <0xffffffff 0xfffff000 0 0x1000>; };
      """
    ).platform()
    #expect(platform.deviceRegisters == [.init(0xffff_ffff_ffff_f000..<UInt64.max, "/n@1")])
  }
}
