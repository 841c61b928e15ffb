// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import Targets
import Testing

@testable import Boards
@testable import DeviceTree

@Suite struct BoardTests {
  @Test func theDevicesOfQEMUVirt() throws {
    let board = Board.qemuVirtAArch64
    let tree = try board.tree()
    let serial = try board.device(.serial, in: tree)
    #expect(try serial.ranges() == [RegisterRange(address: 0x900_0000, size: 0x1000)])
    #expect(serial.lines == [.level(33)])
    let ethernet = try board.device(.ethernet, in: tree)
    #expect(try ethernet.ranges() == [RegisterRange(address: 0xa00_0000, size: 0x200)])
    #expect(ethernet.lines == [.edge(48)])
    let timer = try board.device(.timer, in: tree)
    #expect(try timer.ranges() == [])
    #expect(timer.lines == [.level(29), .level(30), .level(27), .level(26)])
    // Not in the card's page.
    let entropy = try board.device(.entropy, in: tree)
    #expect(try entropy.ranges() == [RegisterRange(address: 0xa00_1000, size: 0x200)])
    #expect(tree.clockController(of: entropy) == nil)
    let slots = tree.devices(compatibleWith: ["virtio,mmio"])
    #expect(slots.count == 32)
    #expect(try slots.last?.register().address == 0xa00_3e00)
    #expect(slots.last?.lines == [.edge(79)])
  }

  @Test func theDevicesOfTheOdroidC4() throws {
    let board = Board.odroidC4
    let tree = try board.tree()
    let serial = try board.device(.serial, in: tree)
    #expect(try serial.ranges() == [RegisterRange(address: 0xff80_3000, size: 0x18)])
    #expect(serial.lines == [.edge(225)])
    let ethernet = try board.device(.ethernet, in: tree)
    #expect(try ethernet.register() == RegisterRange(address: 0xff3f_0000, size: 0x10000))
    #expect(ethernet.lines == [.level(40)])
    let timer = try board.device(.timer, in: tree)
    #expect(try timer.ranges() == [RegisterRange(address: 0xffd0_f0d0, size: 0x10)])
    #expect(timer.lines == [.edge(42)])
    let entropy = try board.device(.entropy, in: tree)
    #expect(try entropy.ranges() == [RegisterRange(address: 0xff63_0218, size: 4)])
    let clocks = try #require(tree.clockController(of: entropy))
    #expect(try clocks.ranges() == [RegisterRange(address: 0xff63_c000, size: 0x400)])
  }

  @Test(arguments: Board.builtIn)
  func everyBoardAgreesWithItsTree(board: Board) throws {
    let tree = try board.tree()
    #expect(Board.matching(tree)?.name == board.name)
    // Every device in our trees resolves completely.
    #expect(deviceRows(of: tree, for: board).allSatisfy { $0.problems.isEmpty })
    // Console and aliases match the roles.
    let serial = try board.device(.serial, in: tree)
    #expect(try tree.standardOutput()?.node.path == serial.path)
    #expect(try tree.node(at: "ethernet0").path == board.device(.ethernet, in: tree).path)
    #expect(try tree.standardOutput()?.options == "115200n8")
    // Images, DMA regions and normal memory lie in RAM.
    let memory = try tree.memory().map {
      PhysicalAddress($0.address)..<PhysicalAddress($0.address + $0.size)
    }
    let platform = try #require(Target.of(board: board.name, sdk: .newest).platform)
    for range in platform.normalMemory {
      #expect(
        memory.contains {
          $0.contains(PhysicalAddress(range.lowerBound))
            && range.upperBound <= $0.upperBound.rawValue
        })
    }
    // The kernel keeps the interrupt controller's registers.
    let controllers = try tree.nodes.filter { $0.compatible.contains { $0.contains("gic") } }
      .flatMap { try tree.device($0).ranges() }
    for hole in platform.kernelOwned where hole.name.hasPrefix("the interrupt") {
      for page in stride(from: hole.range.lowerBound, to: hole.range.upperBound, by: 0x1000) {
        #expect(controllers.contains { $0.address <= page && page - $0.address < $0.size })
      }
    }
  }

  @Test func aMistypedBoardGetsASuggestion() {
    #expect(throws: BoardError.noSuchBoard("odroid-c4", known: Board.builtIn.map(\.name))) {
      try Board.named("odroid-c4")
    }
    #expect(
      BoardError.noSuchBoard("odroid-c4", known: Board.builtIn.map(\.name)).findings.first?.fix
        == "did you mean 'odroidc4'?")
    #expect(
      BoardError.noSuchBoard("imx8mm", known: ["a", "b"]).findings.first?.fix == "use one of a, b")
    #expect(throws: Never.self) { try Board.named("qemu_virt_aarch64") }
  }

  private let gic = "intc: intc { compatible = \"arm,gic-400\"; #interrupt-cells = <3>; };"

  private func odroid(_ body: String) throws -> DeviceTree {
    try tree(
      "#address-cells = <1>; #size-cells = <1>; interrupt-parent = <&intc>; \(gic) \(body)")
  }

  @Test func aTimerWithoutInterruptGetsTheBoards() throws {
    let tree = try odroid("watchdog@1 { compatible = \"amlogic,meson-gxbb-wdt\"; reg = <1 1>; };")
    #expect(try Board.odroidC4.device(.timer, in: tree).lines == [.edge(42)])
    let own = try odroid(
      "watchdog@1 { compatible = \"amlogic,meson-gxbb-wdt\"; interrupts = <0 11 4>; };")
    #expect(try Board.odroidC4.device(.timer, in: own).lines == [.level(43)])
  }

  @Test func theConsoleDecidesAmongSerialPorts() throws {
    let ports = (1...2).map { "serial@\($0) { compatible = \"amlogic,meson-gx-uart\"; };" }
      .joined()
    let tree = try odroid(ports + "chosen { stdout-path = \"/serial@2\"; };")
    #expect(try Board.odroidC4.device(.serial, in: tree).path == "/serial@2")
    let undecided = try odroid(ports)
    #expect(
      throws: BoardError.ambiguousDevice(
        .serial, board: "odroidc4", file: "test.dts", paths: ["/serial@1", "/serial@2"])
    ) { try Board.odroidC4.device(.serial, in: undecided) }
  }

  @Test func disabledAndAbsentDevicesAreTold() throws {
    let tree = try odroid(
      """
      soc { ranges; status = "disabled";
        ethernet@ff3f0000 { compatible = "amlogic,meson-g12a-dwmac"; }; };
      """)
    #expect(
      throws: BoardError.disabledDevice(
        .ethernet, file: "test.dts", path: "/soc/ethernet@ff3f0000")
    ) { try Board.odroidC4.device(.ethernet, in: tree) }
    #expect(
      throws: BoardError.noDevice(
        .timer, board: "odroidc4", file: "test.dts",
        compatible: ["arm,armv8-timer", "amlogic,meson-gxbb-wdt"], candidates: [])
    ) { try Board.odroidC4.device(.timer, in: tree) }
  }

  @Test func rowsTellRolesAndProblems() throws {
    let tree = try odroid(
      """
      watchdog@1 { compatible = "amlogic,meson-gxbb-wdt"; reg = <1 1>; };
      i2c@2 { compatible = "amlogic,meson-axg-i2c"; reg = <2 1>; interrupts = <0 1 1>;
        status = "disabled"; #address-cells = <1>; #size-cells = <0>;
        sensor@48 { compatible = "lm75"; reg = <0x48>; }; };
      """)
    let driver = DriverDescription(
      role: .ethernet, compatible: ["amlogic,meson-axg-i2c"], image: "i2c.elf", directory: "i2c",
      resources: [], interrupts: [])
    let rows = deviceRows(
      of: tree, for: .odroidC4, drivers: DriverDescription.builtIn + [driver])
    #expect(rows.map(\.path) == ["/intc", "/watchdog@1", "/i2c@2", "/i2c@2/sensor@48"])
    #expect(rows.map(\.role) == [nil, .timer, nil, nil])
    #expect(rows.map(\.driver) == [nil, "timer_driver_meson.elf", "i2c.elf", nil])
    #expect(rows.map(\.isEnabled) == [true, true, false, false])
    #expect(rows.map(\.interrupts) == [[], [.edge(42)], [.edge(33)], []])
    #expect(rows.allSatisfy { $0.problems.isEmpty })
    #expect(deviceRows(of: tree, for: nil).allSatisfy { $0.role == nil })
  }

  @Test func rowsKeepWhatDoesNotResolve() throws {
    let tree = try odroid(
      "bus { n@1 { compatible = \"x\"; reg = <0 1 1>; interrupts = <0 1 1 0 2 5>; }; };")
    let row = try #require(deviceRows(of: tree, for: .odroidC4).last)
    #expect(row.registers == [] && row.interrupts == [.edge(33)])
    #expect(
      row.problems.map(\.problem) == [
        .untranslatable(address: 1, bus: "/bus"), .badInterrupt([0, 2, 5], controller: "/intc"),
      ])
  }

  /// Where DMA regions end unless the board says so: neither the kernel's image nor the initial task
  /// is there.
  @Test func memoryForDMA() throws {
    func memory(_ name: String, _ nodes: String, top: PhysicalAddress? = nil) throws
      -> Range<PhysicalAddress>
    {
      let source = "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; \(nodes) };"
      let board = Board(name, tree: source.utf8, physicalMemoryTop: top)
      return board.dmaMemory(in: try board.tree())
    }
    let node = { (start: String, size: String) in
      "memory@\(start) { device_type = \"memory\"; reg = <0 0x\(start) \(size)>; };"
    }
    // The SDK's board decides; its largest memory is 0x40000000 to 0xb8000000.
    #expect(try memory("imx8mm_evk", "") == 0x4000_0000..<0x7c00_0000)
    #expect(try memory("imx8mm_evk", node("80000000", "0 0x1000000")) == 0x4000_0000..<0x7c00_0000)
    #expect(try memory("imx8mm_evk", "", top: 0x6000_0000) == 0..<0x6000_0000)
    // Of a board without SDK, the largest node, up to 4 GiB.
    let two = node("40000000", "0 0x1000000") + node("80000000", "1 0")
    #expect(try memory("mine", two) == 0x8000_0000..<0xc000_0000)
    #expect(try memory("mine", node("40000000", "0 0x301000")) == 0x4000_0000..<0x4000_0000)
    #expect(try memory("mine", "").isEmpty)
    // A PC has no memory in the catalogue.
    #expect(try memory("x86_64_generic", "").isEmpty)
    for board in Board.builtIn {
      let range = board.dmaMemory(in: try board.tree())
      #expect(range.upperBound == 0x6000_0000 && !range.isEmpty)
    }
  }

  @Test func aBoardIsItsTree() throws {
    let source = #"/dts-v1/; / { compatible = "a,board", "a,chip"; };"#
    let board = Board("mine", tree: source.utf8)
    #expect(board.title == "mine" && board.treeName == "mine.dts")
    #expect(board.rootCompatible == "a,board")
    #expect(try board.matches(tree(#"compatible = "b", "a,board";"#)))
    #expect(try !board.matches(tree(#"compatible = "a,chip";"#)))
    let evk = Board("imx8mm_evk", tree: source.utf8, compatible: "a,chip")
    #expect(evk.title == "NXP i.MX 8M Mini EVK (Arm Cortex-A53)")
    #expect(try evk.matches(tree(#"compatible = "a,chip";"#)))
    let broken = Board("mine", tree: "/dts-v1/; / {".utf8)
    #expect(try broken.rootCompatible == nil && !broken.matches(tree("")))
  }
}
