// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards

struct BoardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boards", abstract: "Lists the boards.")

  func run() throws {
    let width = Board.all.map(\.name.count).max() ?? 0
    for board in Board.all {
      let padding = String(repeating: " ", count: width - board.name.count)
      Terminal.print("\(board.name)\(padding)  \(board.title)\n")
    }
  }
}
