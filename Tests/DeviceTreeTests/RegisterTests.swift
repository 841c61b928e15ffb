// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import DeviceTree

@Suite struct RegisterTests {
  @Test func cellCountsAreNotInherited() throws {
    let tree = try tree(
      """
      #address-cells = <2>; #size-cells = <2>;
      wide@1 { reg = <0x1 0x10 0x2 0x20>; };
      bus { #address-cells = <1>; #size-cells = <0>; ranges; narrow@5 { reg = <5 6>; }; };
      plain { ranges; usual@1 { reg = <0 0x1000 0x100>; }; };
      """)
    #expect(
      try tree.device(at: "/wide@1").ranges() == [
        RegisterRange(address: 0x1_0000_0010, size: 0x2_0000_0020)
      ])
    #expect(
      try tree.device(at: "/bus/narrow@5").ranges() == [
        RegisterRange(address: 5, size: 0), RegisterRange(address: 6, size: 0),
      ])
    // Without the properties a bus has 2 and 1 cells, whatever its parent has.
    #expect(
      try tree.device(at: "/plain/usual@1").register()
        == RegisterRange(address: 0x1000, size: 0x100))
  }

  @Test func rangesAreFollowedAtEveryLevel() throws {
    let tree = try tree(
      """
      #address-cells = <2>; #size-cells = <2>;
      soc {
        #address-cells = <1>; #size-cells = <1>;
        ranges = <0x0 0x1 0x80000000 0x10000>, <0x20000 0x0 0x40000000 0x10000>;
        bus@20000 {
          #address-cells = <1>; #size-cells = <1>; ranges = <0x100 0x20100 0x1000>;
          uart@180 { reg = <0x180 0x20>; };
          outside@0 { reg = <0x0 0x20>; };
          end@1100 { reg = <0x1100 0x20>; };
        };
        low@10 { reg = <0x10 0x4>; };
      };
      """)
    #expect(
      try tree.device(at: "/soc/bus@20000/uart@180").register()
        == RegisterRange(address: 0x4000_0180, size: 0x20))
    #expect(
      try tree.device(at: "/soc/low@10").register()
        == RegisterRange(address: 0x1_8000_0010, size: 4))
    for (path, address) in [("outside@0", 0), ("end@1100", 0x1100)] as [(String, UInt64)] {
      let error = deviceTreeError { _ = try tree.device(at: "/soc/bus@20000/\(path)").register() }
      #expect(error?.problem == .untranslatable(address: address, bus: "/soc/bus@20000"))
      #expect(error?.node == "/soc/bus@20000/\(path)")
    }
  }

  @Test func aBusWithoutRangesOnlyFailsWhenAsked() throws {
    let tree = try treeWithGIC(
      "i2c { #address-cells = <1>; #size-cells = <0>; "
        + "sensor@48 { compatible = \"x\"; reg = <0x48>; interrupts = <0 3 4>; }; };")
    let device = try tree.device(at: "/i2c/sensor@48")
    #expect(try device.interrupt() == .level(35))
    #expect(
      deviceTreeError { _ = try device.register() }?.problem
        == .notMemoryMapped(address: 0x48, bus: "/i2c"))
  }

  @Test func aBusWithSizesButWithoutRangesIsNotTranslated() throws {
    let tree = try tree(
      "bus { #address-cells = <1>; #size-cells = <1>; n@10 { reg = <0x10 0x4>; }; };")
    #expect(
      deviceTreeError { _ = try tree.device(at: "/bus/n@10").register() }?.problem
        == .untranslatable(address: 0x10, bus: "/bus"))
  }

  @Test func pciAddressesHaveThreeCells() throws {
    let tree = try tree(
      """
      #address-cells = <2>; #size-cells = <2>;
      pcie@10000000 {
        device_type = "pci"; #address-cells = <3>; #size-cells = <2>;
        ranges = <0x01000000 0 0 0 0x3eff0000 0 0x10000>,
                 <0x02000000 0 0x10000000 0 0x10000000 0 0x2eff0000>;
        nic@1,0 { reg = <0x800 0 0 0 0>, <0x82000810 0 0x10001000 0 0x100>,
                        <0x81000814 0 0x40 0 0x20>; };
        memory@2,0 { reg = <0x82001010 0 0x10001000 0 0x100>; };
        io@3,0 { reg = <0x81001814 0 0x40 0 0x20>; };
      };
      """)
    #expect(
      deviceTreeError { _ = try tree.device(at: "/pcie@10000000/nic@1,0").register() }?.problem
        == .configurationSpace(bus: "/pcie@10000000"))
    #expect(
      try tree.device(at: "/pcie@10000000/memory@2,0").register()
        == RegisterRange(address: 0x1000_1000, size: 0x100))
    #expect(
      try tree.device(at: "/pcie@10000000/io@3,0").register()
        == RegisterRange(address: 0x3eff_0040, size: 0x20))
  }

  @Test(arguments: [
    ("reg = <1 2 3>;", DeviceTreeError.Problem.badLength(property: "reg", byteCount: 12, unit: 8)),
    ("reg = [01 02];", .badLength(property: "reg", byteCount: 2, unit: 8)),
  ])
  func lengthsThatDoNotFitNameNodeAndProperty(
    body: String, problem: DeviceTreeError.Problem
  ) throws {
    let tree = try tree("#address-cells = <1>; #size-cells = <1>; n@1 { \(body) };")
    let error = deviceTreeError { _ = try tree.device(at: "/n@1").register() }
    #expect(error == DeviceTreeError(file: "test.dts", node: "/n@1", problem))
  }

  @Test func cellCountsAreBounded() throws {
    func problem(_ cells: String) throws -> DeviceTreeError.Problem? {
      let tree = try tree("bus { \(cells) ranges; n@1 { reg = <1 2>; }; };")
      return deviceTreeError { _ = try tree.device(at: "/bus/n@1").register() }?.problem
    }
    #expect(
      try problem("#address-cells = <0xffffffff>;")
        == .badCellCount(property: "#address-cells", value: .max, maximum: 4))
    #expect(
      try problem("#size-cells = <5>;")
        == .badCellCount(property: "#size-cells", value: 5, maximum: 4))
    #expect(
      try problem("#size-cells = [01];")
        == .badLength(property: "#size-cells", byteCount: 1, unit: 4))
    #expect(
      try problem("#address-cells = <0>; #size-cells = <0>;")
        == .badLength(property: "reg", byteCount: 8, unit: 0))
  }

  @Test func addressesBeyond64BitsAreRefused() throws {
    let tree = try tree(
      """
      #address-cells = <2>; #size-cells = <2>;
      end@1 { reg = <0xffffffff 0xfffff000 0 0x1000>; };
      beyond@2 { reg = <0xffffffff 0xfffff000 0 0x1001>; };
      bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0xffffffff 0xffffffff 0x1000>;
        n@8 { reg = <8 1>; }; };
      wide { #address-cells = <4>; #size-cells = <1>; ranges; n@9 { reg = <0 1 0 9 1>; }; };
      """)
    #expect(try tree.device(at: "/end@1").register().size == 0x1000)
    for path in ["/beyond@2", "/bus/n@8", "/wide/n@9"] {
      #expect(
        deviceTreeError { _ = try tree.device(at: path).register() }?.problem
          == .addressTooLarge(property: "reg"))
    }
  }

  @Test func onlyEnabledMemoryCounts() throws {
    let tree = try tree(
      """
      #address-cells = <1>; #size-cells = <1>;
      memory@0 { device_type = "memory"; reg = <0 0x1000>, <0x4000 0x2000>; };
      memory@9000 { device_type = "memory"; reg = <0x9000 0x1000>; status = "disabled"; };
      """)
    #expect(
      try tree.memory() == [
        RegisterRange(address: 0, size: 0x1000), RegisterRange(address: 0x4000, size: 0x2000),
      ])
  }

  @Test func anIndexBeyondRegIsAnError() throws {
    let tree = try tree("#address-cells = <1>; #size-cells = <1>; n@1 { reg = <1 1>; };")
    let device = try tree.device(at: "/n@1")
    for index in [1, -1] {
      #expect(
        deviceTreeError { _ = try device.register(index) }?.problem
          == .noRegister(index: index, count: 1))
    }
  }
}
