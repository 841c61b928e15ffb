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
    /// Whether it has HTTPS.
    var isSecure = false

    /// All SDKs since 2.0 read the same text; 1.4.1 needs another.
    var file: String {
      let dialect = sdk == .v1_4_1 ? "-1.4.1" : ""
      let variant = isSecure ? "-https" : ""
      return "systems/\(system.name)/expected/\(board.name)\(variant)\(dialect).system"
    }
    var testDescription: String {
      "\(system.name)\(isSecure ? " with HTTPS" : "") on \(board.name), SDK \(sdk)"
    }
  }

  static let cases = (builtInSystems.map { ($0, false) } + [(WebServerSystem.self, true)]).flatMap {
    system, isSecure in
    Board.builtIn.flatMap { board in
      SDKVersion.allCases.map {
        Case(system: system, board: board, sdk: $0, isSecure: isSecure)
      }
    }
  }

  @Test(arguments: cases) func equalsTheCheckedInLayout(_ layout: Case) throws {
    let text = try SystemXMLRenderer(sdk: layout.sdk).render(
      expectedLayout(
        of: layout.system, on: layout.board, values: layout.isSecure ? ["https": "443"] : [:],
        credentials: layout.isSecure ? [.example] : []
      ).description)
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
  macAddresses: [String: String] = [:], credentials: [ServerCredential] = []
) throws -> SystemLayout {
  let known = [
    "nfs-server": "10.0.2.2", "nfs-directory": "/export", "website-dir": "www",
    "program": "my-site",
  ].filter { name, _ in system.options.contains { $0.name == name } }
  let choices = try SystemChoices(
    for: system, values: known.merging(values) { $1 }, macAddresses: macAddresses,
    credentials: credentials)
  return try system.layout(board: board, tree: board.tree(), choices)
}

extension ServerCredential {
  /// No certificate and no key, but as long as if.
  static let example = ServerCredential(
    chain: [Array(repeating: 1, count: 500), Array(repeating: 2, count: 400)],
    names: ["localhost", "*.example.org"], keyBits: 0, key: Array(3..<141))
}

let repositoryRoot = String(
  #filePath.dropLast("Tests/SystemsTests/ExpectedLayoutTests.swift".count))
