// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser

struct BoardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boards", abstract: "Lists the boards.")

  func run() throws {
    let width = ServalTool.boards.map(\.name.count).max() ?? 0
    for board in ServalTool.boards {
      let padding = String(repeating: " ", count: width - board.name.count)
      Terminal.print("\(board.name)\(padding)  \(board.title)\n")
    }
  }
}
