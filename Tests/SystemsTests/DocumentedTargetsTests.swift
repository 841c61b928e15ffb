// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel
import Targets
import Testing

/// The tables in docs/targets.md agree with the catalogue.
@Suite struct DocumentedTargetsTests {
  private func text() throws -> String {
    String(decoding: try Files.read("\(repositoryRoot)docs/targets.md"), as: UTF8.self)
  }

  @Test func boards() throws {
    let rows = MarkdownTable(in: try text(), headed: "board").rows.map(\.cells)
    let expected = SDKBoard.all.map { board in
      [
        "`\(board.name)`", board.title, board.architecture.title,
        board.cores(in: .newest).map(String.init).joined(separator: " or "),
        board.hasHypervisor ? "yes" : "no", board.physicalAddressBits.map(String.init) ?? "",
        "\(board.since)",
      ]
    }
    #expect(rows == expected)
  }

  @Test func kinds() throws {
    let rows = MarkdownTable(in: try text(), headed: "kind").rows.map(\.cells)
    func word(_ flag: Bool) -> String { flag ? "yes" : "no" }
    let expected = Target.kinds(of: .newest).map { kind in
      [
        kind.architecture.title, word(kind.hasHypervisor), "\(kind.cores)",
        kind.physicalAddressBits.map(String.init) ?? "", word(kind.forwardsSMC),
        word(kind.hasIOMMU),
      ]
    }
    #expect(rows == expected)
  }

  @Test func configurations() throws {
    let row = MarkdownTable(in: try text(), headed: "option").rows.first {
      $0.names == ["--config"]
    }
    let documented = try #require(row).cells[1]
    for name in SDKBoard.configurations(of: .v1_4_1) { #expect(documented.contains("`\(name)`")) }
  }
}
