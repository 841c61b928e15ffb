// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import Subsystems
import SystemModel
import Systems
import Testing

@testable import SystemChecks

/// Serval's own systems cause no warnings.
@Suite struct LintsOfBuiltInSystemsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var system: any SystemTemplate.Type
    var board: Board
    var testDescription: String { "\(system.name) on \(board.name)" }
  }

  static let cases = builtInSystems.flatMap { system in
    Board.builtIn.map { Case(system: system, board: $0) }
  }

  private static let values = ["nfs-server": "10.0.2.2", "program": "my-site"]

  /// With and without what the board's tree tells.
  @Test(arguments: cases) func areClean(_ layout: Case) throws {
    let required = layout.system.options.filter { $0.defaultValue == nil }
    let choices = try SystemChoices(
      for: layout.system,
      values: Dictionary(
        required.map { ($0.name, Self.values[$0.name] ?? "/srv") },
        uniquingKeysWith: { first, _ in first }))
    let system = try layout.system.layout(
      board: layout.board, tree: layout.board.tree(), choices
    ).description
    let target = Target(
      architecture: .aarch64, hasHypervisor: true, platform: try layout.board.tree().platform())
    for sdk in SDKVersion.allCases {
      let findings = lint(system, sdk: sdk) + lint(system, sdk: sdk, target: target)
      // 1.4.1 shows 16 bytes of a name, and LionsOS's names are longer.
      #expect(findings.filter { $0.rule != "name-truncated" } == [], "SDK \(sdk)")
      if sdk != .v1_4_1 { #expect(findings == []) }
    }
  }
}
