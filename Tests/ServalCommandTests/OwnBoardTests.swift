// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import HostIO
import Systems
import TestSupport
import Testing

@testable import ServalCommand

private let acmeBoard = Board("acme", title: "Acme's board", tree: acmeTree.utf8)

private let acmeUART = DriverDescription(
  role: .serial, compatible: ["acme,uart"], image: "serial_driver_acme.elf",
  resources: [.registers(name: "regs", index: 0, minimumSize: 0x1000)])

private let acmeTree = """
  /dts-v1/;
  / {
    compatible = "acme,board";
    #address-cells = <1>; #size-cells = <1>;
    interrupt-parent = <&gic>;
    gic: interrupt-controller@8000000 {
      compatible = "arm,gic-400"; reg = <0x8000000 0x1000>;
      interrupt-controller; #interrupt-cells = <3>;
    };
    memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
    uart@9100000 { compatible = "acme,uart"; reg = <0x9100000 0x1000>; interrupts = <0 8 4>; };
    timer { compatible = "arm,armv8-timer"; interrupts = <1 13 8>, <1 14 8>; };
  };
  """

/// A built-in system on another package's board, whose UART needs another package's driver.
@Suite struct OwnBoardTests {
  private func generate(
    boards: [Board], drivers: [DriverDescription], into directory: String
  ) -> Int32 {
    ServalTool.run(
      systems: builtInSystems, boards: boards, drivers: drivers,
      arguments: ["generate", "hello", "--board", "acme", "-o", directory])
  }

  @Test func aSystemIsLaidOutForIt() throws {
    let directory = try TemporaryDirectory.make()
    defer { _ = try? Subprocess.run(["rm", "-rf", directory]) }
    let boards = Board.builtIn + [acmeBoard]
    let drivers = DriverDescription.builtIn + [acmeUART]
    #expect(generate(boards: boards, drivers: drivers, into: "\(directory)/hello") == 0)
    let text = String(
      decoding: try Files.read("\(directory)/hello/hello.system"), as: UTF8.self)
    #expect(text.contains(#"name="uart@9100000/drivers/serial/serial_driver_acme/regs""#))
    #expect(text.contains(#"phys_addr="0x9100000""#))
    #expect(text.contains(#"<irq irq="40" trigger="level""#))
    // Neither the board nor the driver is enough.
    #expect(generate(boards: boards, drivers: DriverDescription.builtIn, into: directory) == 2)
    #expect(generate(boards: Board.builtIn, drivers: drivers, into: directory) == 2)
  }

  /// No SDK that Serval knows has the board, so that its tree tells what there is.
  @Test func checkKnowsItsTree() throws {
    let directory = try TemporaryDirectory.make()
    defer { _ = try? Subprocess.run(["rm", "-rf", directory]) }
    func check(_ cached: Bool, board: String = "acme") throws -> Int32 {
      let text = """
        <system>
          <memory_region name="regs" size="0x1000" phys_addr="0x9100000" />
          <protection_domain name="a"><program_image path="a.elf" />
            <map mr="regs" vaddr="0x20000000" cached="\(cached)" /></protection_domain>
        </system>
        """
      try Files.replace("\(directory)/a.system", with: Array(text.utf8))
      return ServalTool.run(
        systems: [], boards: [acmeBoard],
        arguments: ["check", "\(directory)/a.system", "--board", board, "--strict"])
    }
    #expect(try check(false) == 0)
    // Registers of the tree as ordinary memory.
    #expect(try check(true) == 1)
    #expect(try check(false, board: "acmee") == 2)
  }

  @Test func itsTreeIsRecognised() throws {
    let tree = try acmeBoard.tree()
    #expect(
      throws: BoardError.noDevice(
        .serial, board: "acme", file: "acme.dts",
        compatible: DriverDescription.builtIn.filter { $0.role == .serial }.flatMap(\.compatible),
        candidates: [try tree.device(at: "/uart@9100000")])
    ) { try acmeBoard.device(.serial, in: tree) }
    #expect(Board.matching(tree) == nil)
    #expect(Board.matching(tree, among: [acmeBoard])?.name == "acme")
    let uart = deviceRows(of: tree, for: acmeBoard, drivers: [acmeUART]).first {
      $0.role == .serial
    }
    #expect(uart?.driver == "serial_driver_acme.elf")
  }
}
