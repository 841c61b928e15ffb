// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing

@testable import Boards
@testable import DeviceTree

/// Trees that are wrong on purpose: whatever cannot be resolved is said, and reading ends.
@Suite struct HostileInterruptTests {
  /// All kinds of controllers, for mutation.
  static let source = """
    #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gpc>;
    gic: gic@1000 { compatible = "arm,gic-v3"; reg = <0x1000 0x1000>; #interrupt-cells = <4>;
      interrupt-controller; #address-cells = <1>; interrupt-parent = <&gic>;
      interrupts = <1 9 4 0>; };
    gpc: gpc { compatible = "fsl,imx7d-gpc"; #interrupt-cells = <3>; interrupt-controller;
      interrupt-parent = <&gic>; };
    pdc: pdc { compatible = "qcom,pdc"; #interrupt-cells = <2>; interrupt-controller;
      interrupt-parent = <&gic>; qcom,pdc-ranges = <0 480 94>, <94 609 15>; };
    gpio: gpio { #interrupt-cells = <2>; interrupt-controller; interrupts = <0 3 4>, <0 4 4>; };
    plic: plic { compatible = "riscv,plic0"; #interrupt-cells = <1>; interrupt-controller; };
    pcie { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; #interrupt-cells = <1>;
      ranges = <0x02000000 0 0x10000000 0x10000000 0 0x10000000>; msi-map = <0 &plic 0 16>;
      interrupt-map-mask = <0x1800 0 0 7>;
      interrupt-map = <0 0 0 1 &gic 0 0 3 4 0>, <0x800 0 0 1 &gpio 4 1>, <0 0 0 2 &plic 9>;
      a@0,0 { reg = <0 0 0 0 0>; interrupts = <1>, <2>; };
      b@1,0 { reg = <0x800 0 0 0 0>; interrupts = <1>; }; };
    n { interrupts = <0 26 4>; msi-parent = <&plic>; };
    m { interrupts-extended = <&gpio 1 8>, <0>, <&pdc 95 4>, <&plic 7>, <&gic 0 9 1 0>; };
    """

  private static let properties: Set<String> = [
    "interrupt-parent", "interrupts", "interrupts-extended", "interrupt-map", "interrupt-map-mask",
    "#interrupt-cells", "#address-cells", "reg", "phandle", "qcom,pdc-ranges", "msi-map",
    "msi-parent", "compatible",
  ]

  @Test func mutatedPropertiesNeverCrash() throws {
    let original = try tree(Self.source)
    let resolved = original.devices.flatMap(\.lines).count
    #expect(resolved == 9)
    var random = SeededGenerator(seed: 0x1a7_e44)
    var (better, worse) = (0, 0)
    for _ in 0..<fuzzIterations(2000) {
      var nodes = original.nodes
      for _ in 0...random.below(3) { Self.mutate(&nodes, &random) }
      let tree = DeviceTree(nodes: nodes, name: "hostile.dts")
      let devices = tree.devices
      _ = tree.platform()
      let found = devices.flatMap(\.lines).count
      if found < resolved { worse += 1 } else { better += 1 }
      // Every entry that does not resolve has a text.
      for device in devices {
        for case .failure(let error) in device.interrupts {
          #expect(error.findings.allSatisfy { !$0.message.isEmpty })
        }
      }
    }
    #expect(worse > 0 && better > 0)
  }

  private static func mutate(_ nodes: inout [DeviceTree.Node], _ random: inout SeededGenerator) {
    let places = nodes.indices.flatMap { node in
      nodes[node].properties.indices.filter {
        properties.contains(nodes[node].properties[$0].name)
      }.map { (node, $0) }
    }
    let (node, place) = places[random.below(places.count)]
    var bytes = nodes[node].properties[place].bytes
    switch random.below(4) {
    case 0: bytes = Array(bytes.prefix(random.below(bytes.count + 1)))
    case 1: nodes[node].properties.remove(at: place); return
    case 2: bytes += [0, 0, 0, UInt8(random.below(12))]
    default:
      guard !bytes.isEmpty else { return }
      let values: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 0x7f, 0xff]
      bytes[random.below(bytes.count)] = values[random.below(values.count)]
    }
    nodes[node].properties[place].bytes = bytes
  }

  @Test(
    arguments: [
      ("#interrupt-cells = <0>;", .messagesOnly(controller: "/c")),
      (
        "#interrupt-cells = <0xffffffff>;",
        .badCellCount(property: "#interrupt-cells", value: .max, maximum: 4)
      ),
      (
        "#address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1 99 1>;",
        .noSuchPhandle(99, property: "interrupt-map")
      ),
      (
        "#address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1 &c 1>;", .interruptLoop
      ),
      (
        "#address-cells = <0>; #interrupt-cells = <1>; interrupt-map = <1 &c 1>; "
          + "interrupt-map-mask = [01];",
        .badLength(property: "interrupt-map-mask", byteCount: 1, unit: 4)
      ),
      (
        "#address-cells = <5>; #interrupt-cells = <1>; interrupt-map = <1 &c 1>;",
        .badCellCount(property: "#address-cells", value: 5, maximum: 4)
      ),
      (
        "#interrupt-cells = <1>; interrupt-parent = <99>;",
        .noSuchPhandle(99, property: "interrupt-parent")
      ),
      ("#interrupt-cells = <1>; interrupt-parent = <&c>;", .interruptLoop),
      ("#interrupt-cells = <1>;", .noInterruptParent),
      ("#interrupt-cells = <1>; compatible = \"arm,gic-400\";", .noInterruptCells),
      (
        "#interrupt-cells = <1>; compatible = \"qcom,pdc\"; interrupt-parent = <&c>;",
        .interruptLoop
      ),
    ] as [(String, DeviceTreeError.Problem)])
  func wrongControllersAreTold(body: String, problem: DeviceTreeError.Problem) throws {
    let tree = try tree(
      "c: c { phandle = <1>; \(body) }; n { interrupt-parent = <&c>; interrupts = <1>; };")
    #expect(try tree.device(at: "/n").problems == [problem])
  }

  /// Controllers that raise each other, or are a thousand deep, end.
  @Test func cyclesAndTowersEnd() throws {
    func controller(_ index: Int, above: Int, lines: Int) -> String {
      "c\(index) { interrupt-controller; #interrupt-cells = <1>; phandle = <\(index + 1)>; "
        + "interrupt-parent = <\(above + 1)>; interrupts = <"
        + String(repeating: "1 ", count: lines) + ">; };\n"
    }
    let ring = try tree((0..<50).map { controller($0, above: ($0 + 1) % 50, lines: 20) }.joined())
    let tower = try tree((0..<1000).map { controller($0, above: $0 + 1, lines: 20) }.joined())
    let everyOther = try tree(
      (0..<400).map { index in
        let lines = (0..<100).map { "\((index * 7 + $0) % 400 + 1) 1" }.joined(separator: " ")
        return "c\(index) { interrupt-controller; #interrupt-cells = <1>; "
          + "phandle = <\(index + 1)>; interrupts-extended = <\(lines)>; };\n"
      }.joined())
    for tree in [ring, tower, everyOther] {
      let devices = tree.devices
      #expect(devices.allSatisfy { !$0.interrupts.isEmpty && $0.lines.isEmpty })
      #expect(tree.platform().interrupts.isEmpty)
    }
  }
}
