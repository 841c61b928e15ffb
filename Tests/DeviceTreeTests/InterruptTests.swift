// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import DeviceTree

@Suite struct InterruptTests {
  @Test func numbersCountAsInSeL4() throws {
    let tree = try treeWithGIC(
      """
      n { interrupts = <0 0 1>, <0 987 2>, <1 0 4>, <1 15 8>, <1 14 0xf08>, <0 1 0x104>,
        <0 2 3>, <0 3 0>; };
      """
    )
    #expect(
      try tree.device(at: "/n").interrupts.map { try $0.get() } == [
        .edge(32), .edge(1019), .level(16), .level(31), .level(30), .level(33), .edge(34),
        DeviceInterrupt(number: 35, trigger: nil),
      ])
  }

  @Test(
    arguments: [
      [0, 988, 4], [1, 16, 4], [2, 0, 4], [3, 5, 4], [0, 1, 5], [0, 1, 12], [0, 0xffff_ffff, 1],
    ] as [[UInt32]])
  func whatNoGICHasIsRefused(cells: [UInt32]) throws {
    let tree = try treeWithGIC("n { interrupts = <0 5 4 \(cells[0]) \(cells[1]) \(cells[2])>; };")
    let device = try tree.device(at: "/n")
    #expect(try device.interrupt(0) == .level(37))
    #expect(
      deviceTreeError { _ = try device.interrupt(1) }?.problem
        == .badInterrupt(cells, controller: "/intc"))
  }

  @Test func theNearestParentCounts() throws {
    let tree = try tree(
      """
      interrupt-parent = <&gic>;
      gic: gic { compatible = "arm,gic-v3"; #interrupt-cells = <4>; interrupt-controller; };
      intc: intc { compatible = "amlogic,meson-gpio-intc"; #interrupt-cells = <2>;
        interrupt-controller; };
      soc {
        inherited { interrupts = <0 1 4 0>; };
        bus { interrupt-parent = <&intc>;
          pin { interrupts = <26 8>; };
          own { interrupt-parent = <&gic>; interrupts = <0 2 1 0>; };
        };
      };
      """)
    #expect(try tree.device(at: "/soc/inherited").interrupt() == .level(33))
    #expect(try tree.device(at: "/soc/bus/own").interrupt() == .edge(34))
    #expect(
      deviceTreeError { _ = try tree.device(at: "/soc/bus/pin").interrupt() }?.problem
        == .multiplexed(ControllerLine(controller: "/intc", specifier: [26, 8])))
  }

  @Test func aParentWithoutCellsPassesOn() throws {
    // As in Linux, parents are followed until one is an interrupt controller.
    let tree = try tree(
      """
      interrupt-parent = <&middle>;
      middle: middle { interrupt-parent = <&gic>; };
      gic: gic { compatible = "arm,cortex-a15-gic"; #interrupt-cells = <3>; };
      n { interrupts = <0 1 4>; };
      """)
    #expect(try tree.device(at: "/n").interrupt() == .level(33))
  }

  @Test func extendedInterruptsMixControllers() throws {
    let tree = try treeWithGIC(
      """
      pins: pins { compatible = "gpio"; #interrupt-cells = <2>; interrupt-controller;
        interrupts = <0 20 4>, <0 21 1>, <0 20 4>; };
      n { interrupts = <0 9 4>; interrupts-extended = <&pins 5 8>, <0>, <&gic 0 10 4>; };
      """)
    let device = try tree.device(at: "/n")
    #expect(
      device.problems == [
        .multiplexed(
          ControllerLine(
            controller: "/pins", specifier: [5, 8], raises: [.level(52), .edge(53)])),
        .unusedInterrupt, nil,
      ])
    #expect(try device.interrupt(2) == .level(42))
  }

  @Test(
    arguments: [
      ("interrupts = <0 1>;", .badLength(property: "interrupts", byteCount: 8, unit: 12)),
      ("interrupts = [00];", .badLength(property: "interrupts", byteCount: 1, unit: 12)),
      (
        "interrupt-parent = <99>; interrupts = <0 1 4>;",
        .noSuchPhandle(99, property: "interrupt-parent")
      ),
      ("interrupts-extended = <99 0 1 4>;", .noSuchPhandle(99, property: "interrupts-extended")),
      (
        "interrupts-extended = <&gic 0>;",
        .badLength(property: "interrupts-extended", byteCount: 8, unit: 16)
      ),
      ("interrupts-extended = <&other 0>;", .noInterruptCells),
      (
        "interrupts-extended = <&many 0>;",
        .badCellCount(property: "#interrupt-cells", value: 5, maximum: 4)
      ),
    ] as [(String, DeviceTreeError.Problem)])
  func whatIsMalformedIsNamed(body: String, problem: DeviceTreeError.Problem) throws {
    let tree = try DeviceTree(
      source: """
        /dts-v1/; / { interrupt-parent = <&gic>;
        gic: intc { compatible = "arm,gic-400"; #interrupt-cells = <3>; };
        other: other { compatible = "x"; }; many: many { #interrupt-cells = <5>; };
        n { \(body) }; };
        """.utf8, name: "test.dts")
    #expect(deviceTreeError { _ = try tree.device(at: "/n").interrupt() }?.problem == problem)
  }

  @Test func cyclesOfParentsEnd() throws {
    let tree = try tree(
      """
      a: a { interrupt-parent = <&b>; interrupts = <1>; }; b: b { interrupt-parent = <&a>; };
      """)
    #expect(
      deviceTreeError { _ = try tree.device(at: "/a").interrupt() }?.problem == .interruptLoop)
  }

  @Test func anAbsentInterruptIsAnError() throws {
    let device = try treeWithGIC("n { };").device(at: "/n")
    #expect(
      deviceTreeError { _ = try device.interrupt() }?.problem == .noInterrupt(index: 0, count: 0))
  }
}
