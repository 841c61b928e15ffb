// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import SystemModel
import SystemXML
import Systems
import Testing

@testable import Subsystems
@testable import SystemChecks

@Suite struct RoundTripTests {
  @Test(arguments: SDKVersion.allCases)
  func whatIsRenderedIsAcceptedAndReadBackTheSame(_ sdk: SDKVersion) throws {
    for board in Board.all {
      for system in builtInSystems {
        let values = Dictionary(
          uniqueKeysWithValues: system.options.filter { $0.defaultValue == nil }.map {
            ($0.name, "x")
          })
        let choices = try SystemChoices(for: system, values: values)
        var description = try system.layout(
          board: board, tree: board.tree(), choices
        ).description
        let text = try SystemXMLRenderer(sdk: sdk).render(description)
        let result = try check(Array(text.utf8), file: "f", sdk: sdk)
        #expect(result.findings.isEmpty, "\(system.name) \(board.name)")
        if sdk == .v1_4_1 {
          // It lets both ends notify, whatever the description wants.
          for index in description.channels.indices {
            description.channels[index].a.mayNotify = true
            description.channels[index].b.mayNotify = true
          }
        }
        #expect(result.description == description, "\(system.name) \(board.name)")
      }
    }
  }

  @Test func theDialectIsFound() throws {
    let old =
      "<system><protection_domain name=\"a\" pp=\"true\"><program_image path=\"a\"/></protection_domain></system>"
    #expect(try loadSystem(Array(old.utf8), file: "f", sdk: nil).sdk == .v1_4_1)
    let any = old.split(separator: " pp=\"true\"").joined()
    #expect(try loadSystem(Array(any.utf8), file: "f", sdk: nil).sdk == .newest)
    #expect(throws: RejectedSystem.self) {
      try loadSystem(Array(old.utf8), file: "f", sdk: .v2_0_1)
    }
  }
}
