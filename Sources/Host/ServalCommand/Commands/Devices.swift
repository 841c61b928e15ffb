// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import DeviceTree
import Diagnostics
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
    func add(_ name: String, _ text: String) {
      lines.append("    " + name + String(repeating: " ", count: 12 - name.count) + text)
    }
    if !row.compatible.isEmpty { add("compatible", row.compatible.joined(separator: ", ")) }
    for range in row.device.registers { add("registers", text(range, of: row)) }
    for interrupt in row.device.interrupts { add("interrupt", text(interrupt, of: row)) }
    for interrupt in row.device.passedOn { add("passes on", text(interrupt, of: row)) }
    for controller in row.device.messages {
      add("messages", text(controller.map { "to '\($0)'" }, of: row))
    }
    if let driver = row.driver { add("driver", driver) }
    if let role = row.role { add("role", role.rawValue) }
    return lines.map { printable($0) + "\n" }.joined() + "\n"
  }

  private func text(
    _ range: Result<RegisterRange, DeviceTreeError>, of row: DeviceRow
  ) -> String {
    if case .failure(let error) = range, case .notMemoryMapped(let address, let bus) = error.problem
    {
      return "\(hexadecimal(address)) on '\(bus)'"
    }
    return text(range.map { "\(hexadecimal($0.address)) + \(hexadecimal($0.size))" }, of: row)
  }

  private func text(
    _ interrupt: Result<DeviceInterrupt, DeviceTreeError>, of row: DeviceRow
  ) -> String {
    if case .failure(let error) = interrupt, case .multiplexed(let line) = error.problem {
      return "\(line)"
    }
    return text(interrupt.map { "\($0)" }, of: row)
  }

  private func text(_ entry: Result<String, DeviceTreeError>, of row: DeviceRow) -> String {
    switch entry {
    case .success(let text): return text
    case .failure(let error):
      let place = error.node == row.path ? "" : error.node.map { "\($0): " } ?? ""
      return "unknown: \(place)" + error.findings.map(\.message).joined(separator: "; ")
    }
  }
}
