// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import DeviceTree
import SystemModel

struct Devices: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Lists the devices of a device tree, and their drivers.")

  @Argument(
    help: "Device tree (.dtb, or .dts through dtc).",
    completion: .file(extensions: ["dtb", "dts"]))
  var file: String

  @Option(
    help: ArgumentHelp(
      "Board whose roles to show; by default the one that the tree describes.", valueName: "board"),
    completion: .list(ServalTool.boardNames))
  var board: String?

  @Flag(help: "Show only devices with a driver.")
  var drivers = false

  func run() throws {
    let tree = try DeviceTree.load(file)
    let board =
      try board.map { try ServalTool.board(named: $0) }
      ?? Board.matching(tree, among: ServalTool.boards)
    for row in deviceRows(of: tree, for: board, drivers: ServalTool.drivers)
    where !drivers || row.driver != nil { Terminal.print(text(row)) }
  }

  private func text(_ row: DeviceRow) -> String {
    var lines = [row.path + (row.isEnabled ? "" : " (disabled)")]
    lines.append("    compatible  " + row.compatible.joined(separator: ", "))
    for range in row.registers {
      lines.append(
        "    registers   \(hexadecimal(range.address)) + \(hexadecimal(range.size))")
    }
    for interrupt in row.interrupts {
      lines.append("    interrupt   \(interrupt.number) \(interrupt.trigger.rawValue)")
    }
    if let driver = row.driver { lines.append("    driver      \(driver)") }
    if let role = row.role { lines.append("    role        \(role.rawValue)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
