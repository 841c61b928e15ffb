// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Testing

@testable import Boards
@testable import DeviceTree

@Suite struct FindingTests {
  private func text(_ error: some DiagnosableError) -> String {
    FindingRenderer(format: .text).render(error.findings)
  }

  @Test func errorsNameThePlaceAndTheFix() {
    #expect(
      text(DeviceTreeError(file: "a.dtb", .malformed(libfdt: -8))) == """
        a.dtb: error: not a valid device tree blob (FDT_ERR_TRUNCATED) [device-tree-blob]
          fix: give a .dtb file written by dtc, or source whose name ends in .dts

        """)
    #expect(
      text(
        DeviceTreeError(
          file: "a.dtb", node: "/soc/n@1", .badLength(property: "reg", byteCount: 6, unit: 8)))
          == """
          a.dtb: /soc/n@1: error: reg is 6 bytes long, which is not a multiple of 8 [device-tree-cells]
            fix: compare it with the cell counts that apply to it

          """)
    #expect(
      text(DeviceTreeError(file: "a.dtb", .noSuchNode("serial9", nearest: "serial0"))) == """
        a.dtb: error: no node 'serial9' [device-tree-node]
          fix: did you mean 'serial0'?

        """)
    #expect(
      text(
        DeviceTreeError(file: "a.dtb", node: "/n", .untranslatable(address: 0x48, bus: "/bus")))
          == """
          a.dtb: /n: error: address 0x48 is not visible to the CPU through '/bus' [device-tree-ranges]
            fix: give '/bus' a ranges property that covers it

          """)
  }

  @Test func boardErrorsNameTheDevices() {
    let paths = (1...5).map { "/serial@\($0)" }
    #expect(
      text(BoardError.ambiguousDevice(.serial, board: "b", file: "a.dtb", paths: paths)) == """
        a.dtb: error: 5 devices could be the serial device of board 'b': /serial@1, /serial@2, \
        /serial@3, ... [board-device]
          fix: disable all but one

        """)
    func noTimer(_ candidates: [Device]) -> BoardError {
      .noDevice(
        .timer, board: "b", file: "a.dtb", compatible: ["x", "y"], candidates: candidates)
    }
    #expect(
      text(noTimer([])) == """
        a.dtb: error: no timer device that a driver knows for board 'b' [board-device]
          fix: add a node compatible with x or y

        """)
    let devices = [("/a", "x"), ("/b", "z"), ("/c", "u")].map {
      Device(file: "a.dtb", path: $0.0, compatible: [$0.1])
    }
    #expect(
      noTimer(devices).findings.first?.fix
        == "enable /a, or add a driver for /b (z) or /c (u)")
    #expect(
      text(BoardError.noDriver(.serial, file: "a.dtb", path: "/n", compatible: ["x", "y"])) == """
        a.dtb: /n: error: no serial driver supports it (compatible: x, y) [board-device]
          fix: use another device tree, or add a driver for it

        """)
  }
}
