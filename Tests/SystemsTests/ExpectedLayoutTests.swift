// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import Glibc
import HostIO
import Subsystems
import SystemModel
import SystemXML
import Systems
import Testing

/// The layouts checked in beside each system, which reviewers read when the generator changes.
///
/// `SERVAL_RECORD=1 swift test --filter ExpectedLayout` records them again, and fails, so that recording
/// is never mistaken for passing.
@Suite struct ExpectedLayoutTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var system: any SystemTemplate.Type
    var board: Board
    var sdk: SDKVersion

    /// All SDKs since 2.0 read the same text; 1.4.1 needs another.
    var file: String {
      let dialect = sdk == .v1_4_1 ? "-1.4.1" : ""
      return "systems/\(system.name)/expected/\(board.name)\(dialect).system"
    }
    var testDescription: String { "\(system.name) on \(board.name), SDK \(sdk)" }
  }

  static let cases = builtInSystems.flatMap { system in
    Board.builtIn.flatMap { board in
      SDKVersion.allCases.map { Case(system: system, board: board, sdk: $0) }
    }
  }

  @Test(arguments: cases) func equalsTheCheckedInLayout(_ layout: Case) throws {
    let text = try SystemXMLRenderer(sdk: layout.sdk).render(
      expectedLayout(of: layout.system, on: layout.board).description)
    let path = repositoryRoot + layout.file
    if getenv("SERVAL_RECORD") != nil {
      try Files.replace(path, with: Array(text.utf8))
      Issue.record("recorded \(layout.file)")
      return
    }
    let expected = String(decoding: try Files.read(path), as: UTF8.self)
    #expect(text == expected, "\(layout.file) differs; see this suite's comment")
  }

  @Test(arguments: Board.builtIn.map(\.name)) func isTheSameTwice(_ name: String) throws {
    let board = try Board.named(name)
    for system in builtInSystems {
      #expect(try expectedLayout(of: system, on: board) == expectedLayout(of: system, on: board))
    }
  }
}

/// A system with the options of its checked-in layout: those that are required have the values of LionsOS's page.
func expectedLayout(
  of system: any SystemTemplate.Type, on board: Board, values: [String: String] = [:],
  macAddresses: [String: String] = [:]
) throws -> SystemLayout {
  let known = [
    "nfs-server": "10.0.2.2", "nfs-directory": "/export", "website-dir": "www",
    "program": "my-site",
  ].filter { name, _ in system.options.contains { $0.name == name } }
  let choices = try SystemChoices(
    for: system, values: known.merging(values) { $1 }, macAddresses: macAddresses)
  return try system.layout(board: board, tree: board.tree(), choices)
}

let repositoryRoot = String(
  #filePath.dropLast("Tests/SystemsTests/ExpectedLayoutTests.swift".count))
