// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import DeviceTree

/// Nexus nodes, stacked controllers, and what is not a GIC.
@Suite struct InterruptTreeTests {
  /// A PCI bus whose four pins rotate over four lines by slot, as QEMU's and most boards' do.
  private func treeWithPCI(_ body: String) throws -> DeviceTree {
    try treeWithGIC(
      """
      pcie: pcie@10000000 {
        device_type = "pci"; #address-cells = <3>; #size-cells = <2>; #interrupt-cells = <1>;
        interrupt-map-mask = <0x1800 0 0 7>;
        interrupt-map = <0x0000 0 0 1 &gic 0 3 4>, <0x0000 0 0 2 &gic 0 4 4>,
                        <0x0800 0 0 1 &gic 0 4 4>, <0x0800 0 0 2 &gic 0 5 1>;
        \(body)
      };
      """)
  }

  @Test func aNexusIsFollowed() throws {
    let tree = try treeWithPCI(
      """
      nic@0,0 { reg = <0 0 0 0 0>; interrupts = <1>; };
      // The bus number, 2, is masked.
      disk@1,0 { reg = <0x20800 0 0 0 0>; interrupts = <1>, <2>; };
      other@2,0 { reg = <0x1000 0 0 0 0>; interrupts = <1>; };
      pin@0,0 { reg = <0 0 0 0 0>; interrupts = <3>; };
      """)
    #expect(try tree.device(at: "/pcie@10000000/nic@0,0").interrupt() == .level(35))
    #expect(
      try tree.device(at: "/pcie@10000000").passedOn.map { try $0.get() } == [
        .level(35), .level(36), .edge(37),
      ])
    #expect(try tree.device(at: "/pcie@10000000/disk@1,0").lines == [.level(36), .edge(37)])
    #expect(
      try tree.device(at: "/pcie@10000000/other@2,0").problems == [
        .notInMap([0x1000, 0, 0, 1], nexus: "/pcie@10000000")
      ])
    #expect(
      try tree.device(at: "/pcie@10000000/pin@0,0").problems == [
        .notInMap([0, 0, 0, 3], nexus: "/pcie@10000000")
      ])
  }

  @Test func parentsInAMapMayHaveAddresses() throws {
    // The GIC's own #address-cells count; without a mask all bits do.
    let tree = try tree(
      """
      #address-cells = <1>; #size-cells = <1>;
      gic: gic@1 { compatible = "arm,gic-v3"; #interrupt-cells = <4>; interrupt-controller;
        #address-cells = <2>; reg = <1 1>; };
      bus { #address-cells = <1>; #size-cells = <1>; ranges; #interrupt-cells = <1>;
        interrupt-map = <0x10 7 &gic 0 0 0 40 1 0>, <0x20 7 &inner 0x99 3>;
        a@10 { reg = <0x10 1>; interrupts = <7>; };
        b@20 { reg = <0x20 1>; interrupts = <7>; };
        c@30 { reg = <0x30 1>; interrupts = <7>; };
      };
      inner: inner { #address-cells = <1>; #interrupt-cells = <1>;
        interrupt-map = <0x99 3 &gic 0 0 0 50 4 0>; };
      """)
    #expect(try tree.device(at: "/bus/a@10").interrupt() == .edge(72))
    #expect(try tree.device(at: "/bus/b@20").interrupt() == .level(82))
    #expect(
      try tree.device(at: "/bus/c@30").problems == [.notInMap([0x30, 7], nexus: "/bus")])
  }

  @Test func aMapIsReadUpToTheEntryThatMatches() throws {
    let tree = try treeWithPCI(
      """
      first@0,0 { reg = <0 0 0 0 0>; interrupts = <1>; };
      second@1,0 { reg = <0x800 0 0 0 0>; interrupts = <2>; };
      """)
    let map = try #require(try tree.node(at: "/pcie@10000000")["interrupt-map"]?.bytes)
    for length in stride(from: 0, to: map.count, by: 4) {
      var nodes = tree.nodes
      for (index, node) in nodes.enumerated() {
        guard let place = node.properties.firstIndex(where: { $0.name == "interrupt-map" }) else {
          continue
        }
        nodes[index].properties[place].bytes = Array(map.prefix(length))
      }
      let cut = DeviceTree(nodes: nodes, name: "cut.dts")
      // Every entry has 32 bytes.
      let first = try cut.device(at: "/pcie@10000000/first@0,0")
      if length < 32 {
        #expect(
          first.problems == [
            length == 0 ? .notInMap([0, 0, 0, 1], nexus: "/pcie@10000000") : .mapCutShort
          ])
      } else {
        #expect(first.lines == [.level(35)])
      }
      let second = try cut.device(at: "/pcie@10000000/second@1,0")
      #expect(
        second.problems == [
          length.isMultiple(of: 32)
            ? .notInMap([0x800, 0, 0, 2], nexus: "/pcie@10000000") : .mapCutShort
        ])
    }
  }

  /// The GIC has addresses for its ITS, which such tables leave out.
  @Test func externalInterruptsHaveTheirOwnTables() throws {
    let tree = try tree(
      """
      gic: gic { compatible = "arm,gic-v3"; #interrupt-cells = <3>; interrupt-controller;
        #address-cells = <2>; };
      external: external { compatible = "fsl,lx2160a-extirq", "fsl,ls1088a-extirq";
        #interrupt-cells = <2>; #address-cells = <0>; interrupt-controller;
        interrupt-map = <0 0 &gic 0 0 4>, <1 0 &gic 0 1 4>; interrupt-map-mask = <15 0>; };
      n { interrupts-extended = <&external 1 8>, <&external 0 2>; };
      """)
    #expect(try tree.device(at: "/n").lines == [.level(33), .edge(32)])
  }

  @Test func wakeupControllersPassOn() throws {
    let tree = try tree(
      """
      interrupt-parent = <&gpc>;
      gic: gic { compatible = "arm,gic-v3"; #interrupt-cells = <3>; interrupt-controller;
        interrupt-parent = <&gic>; interrupts = <1 9 4>; };
      gpc: gpc { compatible = "fsl,imx8mq-gpc"; #interrupt-cells = <3>; interrupt-controller;
        interrupt-parent = <&gic>; };
      serial { compatible = "fsl,imx8mq-uart"; interrupts = <0 26 4>; };
      """)
    #expect(try tree.device(at: "/serial").interrupt() == .level(58))
    #expect(try tree.device(at: "/gic").interrupt() == .level(25))
  }

  /// A GIC that says nothing of its parent inherits the wakeup controller that passes on to it.
  @Test func theGICIsTheRootEvenBelowItsWakeupController() throws {
    let tree = try tree(
      """
      interrupt-parent = <&gpc>;
      gic: gic { compatible = "arm,gic-400"; #interrupt-cells = <3>; interrupt-controller;
        interrupts = <1 9 4>; };
      gpc: gpc { compatible = "ti,omap4-wugen-mpu"; #interrupt-cells = <3>; interrupt-controller;
        interrupt-parent = <&gic>; };
      n { interrupts = <0 5 1>; };
      """)
    #expect(try tree.device(at: "/n").interrupt() == .edge(37))
    #expect(try tree.device(at: "/gic").interrupt() == .level(25))
  }

  @Test func aSecondGICIsNotTheRoot() throws {
    let tree = try treeWithGIC(
      """
      second: second { compatible = "arm,pl390"; #interrupt-cells = <3>; interrupt-controller;
        interrupts = <0 10 4>; };
      n { interrupt-parent = <&second>; interrupts = <0 1 4>; };
      """)
    #expect(
      try tree.device(at: "/n").problems == [
        .multiplexed(
          ControllerLine(controller: "/second", specifier: [0, 1, 4], raises: [.level(42)]))
      ])
  }

  @Test func allwinnersControllerHasTwoBindings() throws {
    let tree = try treeWithGIC(
      """
      r: r { compatible = "allwinner,sun50i-a64-r-intc", "allwinner,sun6i-a31-r-intc";
        #interrupt-cells = <3>; interrupt-controller; interrupts = <0 32 4>; };
      old: old { compatible = "allwinner,sun6i-a31-r-intc";
        #interrupt-cells = <2>; interrupt-controller; interrupts = <0 32 4>; };
      n { interrupts-extended = <&r 0 45 4>, <&r 0 32 8>, <&old 0 8>, <&old 1 8>; };
      """)
    #expect(try tree.device(at: "/n").lines == [.level(77), .level(64), .level(64)])
    #expect(try tree.device(at: "/n").problems.last == .notPassedOn([1, 8], controller: "/old"))
  }

  @Test func qualcommsPinsAreTranslated() throws {
    let tree = try treeWithGIC(
      """
      pdc: pdc { compatible = "qcom,sdm845-pdc", "qcom,pdc"; #interrupt-cells = <2>;
        interrupt-controller; qcom,pdc-ranges = <0 480 94>, <94 609 15>; };
      mpm: mpm { compatible = "qcom,mpm"; #interrupt-cells = <2>; interrupt-controller;
        qcom,mpm-pin-map = <2 275>, <5 296>; };
      aidet: aidet { compatible = "socionext,uniphier-ld20-aidet"; #interrupt-cells = <2>;
        interrupt-controller; };
      n { interrupts-extended = <&pdc 11 1>, <&pdc 95 4>, <&pdc 109 4>, <&mpm 5 8>, <&mpm 4 8>,
        <&aidet 9 4>; };
      """)
    let device = try tree.device(at: "/n")
    #expect(device.lines == [.edge(523), .level(642), .level(328), .level(41)])
    #expect(
      device.problems.compactMap { $0 } == [
        .notPassedOn([109, 4], controller: "/pdc"), .notPassedOn([4, 8], controller: "/mpm"),
      ])
  }

  @Test func controllersBehindControllersAreTold() throws {
    let tree = try treeWithGIC(
      """
      bank: gpio { interrupt-controller; #interrupt-cells = <2>; interrupts = <0 70 4>; };
      expander: expander { interrupt-controller; #interrupt-cells = <1>;
        interrupt-parent = <&bank>; interrupts = <3 8>; };
      many: many { interrupt-controller; #interrupt-cells = <1>;
        interrupts = <0 1 4>, <0 2 4>, <0 3 4>, <0 4 4>, <0 5 4>, <0 6 4>, <0 7 4>, <0 8 4>,
          <0 9 4>; };
      none: none { interrupt-controller; #interrupt-cells = <1>; };
      n { interrupts-extended = <&expander 6>, <&many 2>, <&none 4>; };
      """)
    let device = try tree.device(at: "/n")
    #expect(
      device.interrupts.map { "\($0.failureText)" } == [
        "line 6 of '/expander', which raises 102 level",
        "line 2 of '/many', which raises 33 level, 34 level, 35 level, 36 level, 37 level, "
          + "38 level, 39 level, 40 level and others",
        "line 4 of '/none', for which the tree names no GIC or PLIC interrupt",
      ])
  }

  @Test func aMesonsChannelsAreWhatItsGPIOControllerRaises() throws {
    let tree = try treeWithGIC(
      """
      pins: pins { compatible = "amlogic,meson-sm1-gpio-intc", "amlogic,meson-gpio-intc";
        interrupt-controller; #interrupt-cells = <2>; amlogic,channel-interrupts = <64 65 2000>; };
      n { interrupts-extended = <&pins 26 8>; };
      """)
    let raised = [96, 97].map { DeviceInterrupt(number: $0, trigger: nil) }
    #expect(
      try tree.device(at: "/n").problems == [
        .multiplexed(ControllerLine(controller: "/pins", specifier: [26, 8], raises: raised))
      ])
  }

  @Test func riscVsControllers() throws {
    let tree = try tree(
      """
      cpus { #address-cells = <1>; #size-cells = <0>;
        cpu@0 { reg = <0>; compatible = "riscv";
          hart: interrupt-controller { compatible = "riscv,cpu-intc"; #interrupt-cells = <1>;
            interrupt-controller; }; }; };
      plic: plic { compatible = "sifive,plic-1.0.0", "riscv,plic0"; #interrupt-cells = <1>;
        interrupt-controller; interrupts-extended = <&hart 9>, <&hart 0xffffffff>; };
      two: two { compatible = "thead,c900-plic"; #interrupt-cells = <2>; interrupt-controller; };
      imsic: imsic { compatible = "riscv,imsics"; #interrupt-cells = <0>; interrupt-controller;
        msi-controller; #msi-cells = <0>; interrupts-extended = <&hart 9>; };
      aplic: aplic { compatible = "riscv,aplic"; #interrupt-cells = <2>; interrupt-controller;
        msi-parent = <&imsic>; };
      n { interrupts-extended = <&plic 10>, <&plic 0>, <&two 7 1>, <&aplic 11 4>; };
      pci { interrupt-parent = <&imsic>; interrupts = <1>; msi-parent = <&imsic>; };
      """)
    let device = try tree.device(at: "/n")
    #expect(
      device.lines == [DeviceInterrupt(number: 10, trigger: nil), .edge(7), .level(11)])
    #expect(device.problems[1] == .badInterrupt([0], controller: "/plic"))
    #expect(
      try tree.device(at: "/plic").problems == [
        .multiplexed(
          ControllerLine(
            controller: "/cpus/cpu@0/interrupt-controller", specifier: [9])), .unusedInterrupt,
      ])
    #expect(try tree.device(at: "/pci").problems == [.messagesOnly(controller: "/imsic")])
    #expect(try tree.device(at: "/pci").messages == [.success("/imsic")])
    #expect(try tree.device(at: "/aplic").messages == [.success("/imsic")])
  }

  @Test func messagesNameTheirControllers() throws {
    let tree = try treeWithGIC(
      """
      its: its { compatible = "arm,gic-v3-its"; msi-controller; #msi-cells = <1>; };
      plain: plain { msi-controller; };
      n { msi-parent = <&its 5>, <&plain>, <99>; };
      pcie { msi-map = <0 &its 0 0x100>, <0x100 &its 0x100 0x100>; };
      bad { msi-map = <0 &its 0>; };
      """)
    let error = DeviceTreeError(
      file: "test.dts", node: "/n", .noSuchPhandle(99, property: "msi-parent"))
    #expect(
      try tree.device(at: "/n").messages == [
        .success("/its"), .success("/plain"), .failure(error),
      ])
    #expect(try tree.device(at: "/pcie").messages == [.success("/its")])
    #expect(try tree.device(at: "/bad").messages.count == 1)
  }

  @Test func nodesWithoutCompatibleHaveInterruptsToo() throws {
    let tree = try treeWithGIC(
      "edge { interrupts = <0 1 1>; }; port { reg = <1 1>; }; n { compatible = \"x\"; };")
    #expect(tree.devices.map(\.path) == ["/intc", "/edge", "/n"])
    #expect(tree.devices[1].lines == [.edge(33)])
  }
}

extension Result where Success == DeviceInterrupt, Failure == DeviceTreeError {
  /// The line of another controller, as text.
  fileprivate var failureText: String {
    if case .failure(let error) = self, case .multiplexed(let line) = error.problem {
      return "\(line)"
    }
    return "resolved"
  }
}
