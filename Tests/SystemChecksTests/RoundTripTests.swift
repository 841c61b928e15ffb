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
    for board in Board.builtIn {
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
        if sdk == .v1_4_1 { description.widenRights() }
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

extension SystemDescription {
  /// A description as 1.4.1 reads it: both ends may notify, and every domain with a channel to a
  /// callee may call it.
  fileprivate mutating func widenRights() {
    let callees = Set(
      channels.flatMap { channel in
        [(channel.a, channel.b), (channel.b, channel.a)].filter { $0.0.mayCall }.map { $0.1.domain }
      })
    for index in channels.indices {
      let (a, b) = (channels[index].a.domain, channels[index].b.domain)
      channels[index].a.mayNotify = true
      channels[index].b.mayNotify = true
      channels[index].a.mayCall = callees.contains(b)
      channels[index].b.mayCall = callees.contains(a)
    }
  }
}
