// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import DeviceTree

/// The options that say for which board, and by which device tree, a command works.
struct BoardOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Board: \(Board.all.map(\.name).joined(separator: " or ")).", valueName: "board"),
    completion: .list(Board.all.map(\.name)))
  var board: String

  @Option(
    help: ArgumentHelp(
      "Device tree of the board (.dtb, or .dts through dtc).",
      discussion: "By default Serval's own tree of the board.", valueName: "file"),
    completion: .file(extensions: ["dtb", "dts"]))
  var dtb: String?

  func resolve() throws -> (board: Board, tree: DeviceTree) {
    let board = try Board.named(self.board)
    return (board, try dtb.map { try DeviceTree.load($0) } ?? board.tree())
  }
}
