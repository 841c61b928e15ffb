// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import HostIO
import Records
import Subsystems
import SystemModel
import Systems
import Testing

/// The tables in each system's README.md agree with the layout and with the options that `serval generate` offers.
@Suite struct DocumentedTablesTests {
  static let systems: [String] = builtInSystems.map { $0.name }

  private func template(_ name: String) throws -> any SystemTemplate.Type {
    try #require(builtInSystems.first { $0.name == name })
  }

  @Test(arguments: systems) func protectionDomains(_ name: String) throws {
    let rows = MarkdownTable(in: try readMe(name), headed: "protection domain").rows
    var documented: [String: [String]] = [:]
    for row in rows {
      for domain in row.names { documented[domain] = row.values(1..<4) }
    }
    for board in Board.builtIn {
      let layout = try expectedLayout(of: template(name), on: board)
      var actual: [String: [String]] = [:]
      for domain in layout.description.allProtectionDomains {
        actual[domain.name] = [
          priority(of: domain), time(of: domain), "\((domain.stackSize?.rawValue ?? 0) / 1024) KiB",
        ]
      }
      #expect(documented == actual, "systems/\(name)/README.md, \(board.name)")
    }
  }

  private func priority(of domain: ProtectionDomain) -> String {
    "\((domain.priority ?? 0).rawValue)\(domain.passive == true ? ", passive" : "")"
  }

  /// Microkit's default budget is 1000 microseconds, and the default period is the budget.
  private func time(of domain: ProtectionDomain) -> String {
    if domain.passive == true { return "its callers'" }
    let budget = domain.budget ?? 1000
    let period = domain.period ?? budget
    return "\(budget.rawValue) / \(period.rawValue)"
  }

  @Test(arguments: systems) func options(_ name: String) throws {
    let system = try template(name)
    let text = try readMe(name)
    guard !system.options.isEmpty else {
      #expect(!text.contains("| option |"))
      return
    }
    let rows = MarkdownTable(in: text, headed: "option").rows.map { $0.values(0..<3) }
    let expected = system.options.map { option in
      [
        "`\(option.name)`", option.variable.map { "`\($0)`" } ?? "",
        option.defaultValue.map { $0.isEmpty ? "none" : "`\($0)`" } ?? "required",
      ]
    }
    #expect(rows == expected, "systems/\(name)/README.md")
  }

  @Test(arguments: systems) func macAddresses(_ name: String) throws {
    let layout = try expectedLayout(of: template(name), on: .qemuVirtAArch64)
    let text = try readMe(name)
    for record in layout.records where record.section == "\(NetClientConfig.section)" {
      let view = try #require(RecordView<NetClientConfig, [UInt8]>(record.bytes))
      let mac = view[NetClientConfig.macAddress].description
      #expect(text.contains("`--mac \(record.domain)=\(mac)`"), "systems/\(name)/README.md")
    }
  }

  /// The README's table of systems, boards and SDKs.
  @Test func whatIsSupported() throws {
    let text = String(decoding: try Files.read(repositoryRoot + "README.md"), as: UTF8.self)
    let row = try #require(MarkdownTable(in: text, headed: "systems").rows.first)
    for name in Self.systems {
      #expect(row.cells[0].contains("[\(name)](systems/\(name)/README.md)"))
    }
    #expect(row.cells[1] == Board.builtIn.map { "`\($0.name)`" }.joined(separator: ", "))
    #expect(row.cells[2] == SDKVersion.allCases.map { "\($0)" }.joined(separator: ", "))
  }

  private func readMe(_ system: String) throws -> String {
    String(decoding: try Files.read("\(repositoryRoot)systems/\(system)/README.md"), as: UTF8.self)
  }
}
