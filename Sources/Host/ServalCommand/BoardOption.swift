// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import DeviceTree

/// The options for the board and its device tree.
struct BoardOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Board: \(ServalTool.boardNames.joined(separator: " or ")).", valueName: "board"),
    completion: .list(ServalTool.boardNames))
  var board: String

  @Option(
    help: ArgumentHelp(
      "Device tree of the board (.dtb, or .dts through dtc).",
      discussion: "By default Serval's own tree for the board.", valueName: "file"),
    completion: .file(extensions: ["dtb", "dts"]))
  var dtb: String?

  @Flag(help: "Use the tree of --dtb even if its root is not compatible with the board.")
  var anyTree = false

  func resolve() throws -> (board: Board, tree: DeviceTree) {
    let board = try ServalTool.board(named: self.board)
    guard let dtb else { return (board, try board.tree()) }
    let tree = try DeviceTree.load(dtb)
    guard anyTree || board.matches(tree) else {
      throw BoardError.otherTree(
        file: tree.name, compatible: tree.root.compatible, board: board.name,
        expected: board.rootCompatible ?? "",
        other: Board.matching(tree, among: ServalTool.boards)?.name)
    }
    return (board, tree)
  }
}
