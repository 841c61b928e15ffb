// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
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
    #expect(memory.contains { $0.contains(board.loadAddress) })
    for range in board.normalMemory {
      #expect(
        memory.contains { $0.contains(range.lowerBound) && range.upperBound <= $0.upperBound })
    }
    #expect(memory.contains { $0.lowerBound < board.physicalMemoryTop })
    // The kernel keeps the interrupt controller's registers.
    let controllers = try tree.nodes.filter { $0.compatible.contains { $0.contains("gic") } }
      .flatMap { try tree.device($0).ranges() }
    for hole in board.kernelDevices {
      for page in stride(from: hole.lowerBound.rawValue, to: hole.upperBound.rawValue, by: 0x1000) {
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

  @Test func imagePathsAreQuotedForQEMU() {
    let machine = QEMUMachine(program: "qemu", machine: [], devices: [])
    #expect(
      machine.loading("a,b.img", at: 0x7000_0000)
        == ["-device", "loader,file=a,,b.img,addr=0x70000000,cpu-num=0"])
  }
}
