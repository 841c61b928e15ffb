// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import SystemModel
import Targets

struct BoardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boards", abstract: "Lists the boards.",
    discussion: """
      By default those that systems can be laid out for. With --all, those of an SDK, for which \
      'check' judges systems: architecture, cores of the kernel, and width of a physical address.
      """)

  @Flag(help: "List the boards that the SDK has a kernel for.")
  var all = false

  @OptionGroup var sdk: SDKOption

  func run() throws {
    if all {
      let sdk = try sdk.resolve()
      Self.print(SDKBoard.all(in: sdk).map { Self.row($0, sdk) })
    } else {
      Self.print(ServalTool.boards.map { [$0.name, $0.title] })
    }
  }

  /// Name, architecture, cores, address width, title.
  private static func row(_ board: SDKBoard, _ sdk: SDKVersion) -> [String] {
    let cores = board.cores(in: sdk)
    return [
      board.name, board.architecture.rawValue,
      cores == [1] ? "1 core" : cores.map(String.init).joined(separator: " or ") + " cores",
      board.physicalAddressBits.map { "\($0)-bit" } ?? "", board.title,
    ]
  }

  /// Prints rows with aligned columns.
  private static func print(_ rows: [[String]]) {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      var line = ""
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: width - cell.count) + "  "
      }
      while line.last == " " { line.removeLast() }
      Terminal.print(line + "\n")
    }
  }
}
