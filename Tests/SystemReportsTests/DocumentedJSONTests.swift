// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel
import Testing

@testable import SystemReports

/// docs/reports.md names every field of the JSON, and every value of the enumerations.
@Suite struct DocumentedJSONTests {
  @Test func everyFieldIsDocumented() throws {
    let changes = [Change(.changed, .map, "m", in: "p", [.init("perms", before: "r", after: "w")])]
    let record = RecordReport(
      name: "n", section: "s", byteCount: 1,
      fields: [.init(name: "f", offset: 0, type: "t", value: "v")], problems: ["p"])
    for (heading, paths) in [
      ("### inspect, for a system", paths(in: SystemReport(everything))),
      ("### inspect, for records", paths(in: [record])), ("### diff", paths(in: changes)),
    ] {
      let documented = try documented(heading)
      #expect(documented.subtracting(paths) == [], "documented, but not in the JSON")
      #expect(paths.subtracting(documented) == [], "not documented")
    }
  }

  @Test func everyValueIsDocumented() throws {
    let text = try page()
    let rows =
      SystemReport.Right.Kind.allCases.map(\.rawValue) + MemoryKind.allCases.map(\.rawValue)
      + Role.allCases.map(\.rawValue)
    for row in rows where !text.contains("\n| `\(row)` |") { Issue.record("no row for '\(row)'") }
    let values =
      Change.Kind.allCases.map(\.rawValue) + Change.Subject.allCases.map(\.rawValue)
      + GrantedCapability.Kind.allCases.map(\.rawValue)
    for value in values where !text.contains("\"\(value)\"") { Issue.record("no '\(value)'") }
  }

  private func page() throws -> String {
    let root = #filePath.dropLast("Tests/SystemReportsTests/DocumentedJSONTests.swift".count)
    return String(decoding: try Files.read("\(root)docs/reports.md"), as: UTF8.self)
  }

  /// The first column of the table below a heading.
  private func documented(_ heading: String) throws -> Set<String> {
    let lines = try page().split(separator: "\n", omittingEmptySubsequences: false)
    let below = lines.drop { $0 != heading }.dropFirst().prefix { !$0.hasPrefix("#") }
    return Set(
      below.filter { $0.hasPrefix("| `") }.compactMap { $0.split(separator: "`").dropFirst().first }
        .map(String.init))
  }

  /// "domains[].maps[].region": the stored properties are the keys. Every optional must have a
  /// value and every list an element.
  private func paths(in value: Any) -> Set<String> {
    var found: Set<String> = []
    func visit(_ value: Any, _ path: String) {
      let mirror = Mirror(reflecting: value)
      switch mirror.displayStyle {
      case .struct:
        for child in mirror.children {
          visit(child.value, (path.isEmpty ? "" : "\(path).") + (child.label ?? ""))
        }
      case .optional: mirror.children.forEach { visit($0.value, path) }
      case .collection where type(of: value) != [String].self:
        mirror.children.forEach { visit($0.value, "\(path)[]") }
      default: found.insert(path)
      }
    }
    visit(value, "")
    return found
  }
}
