// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel
import Testing

@testable import SystemChecks
@testable import SystemConversion

/// docs/convert.md shows what the code does, and lists everything that an SDK may lack.
@Suite struct DocumentedConversionTests {
  private func page() throws -> String {
    let root = #filePath.dropLast(
      "Tests/SystemConversionTests/DocumentedConversionTests.swift".count)
    return String(decoding: try Files.read("\(root)docs/convert.md"), as: UTF8.self)
  }

  @Test func theExampleIsTrue() throws {
    let blocks = try page().split(separator: "```xml\n").dropFirst().map { block in
      String(block.split(separator: "```")[0])
    }
    try #require(blocks.count == 2)
    let result = try convert(Array(blocks[0].utf8), file: "f", from: .v1_4_1, to: .v2_3_0)
    #expect(result.findings == [])
    #expect(String(decoding: result.bytes, as: UTF8.self) == blocks[1])
  }

  @Test func theTableHasWhatTheSchemasHave() throws {
    let schemas: [ElementSchema] = [
      .memoryRegion, .protectionDomain, .childDomain, .programImage, .map, .interrupt,
      .virtualMachine, .virtualCPU, .virtualMachineMap, .setvar, .channel, .end,
    ]
    let elements: [ElementSchema] = [.cspace, .domains, .ioPort, .ioAddressSpace]
    var expected: Set<String> = []
    for schema in schemas {
      // `pp` has a section of its own.
      for attribute in schema.attributes
      where attribute.since > .v1_4_1 && attribute.name != "pp" {
        expected.insert("| `\(attribute.name)` | \(attribute.since) ")
      }
    }
    for schema in elements { expected.insert("| `<\(schema.name)>` | \(schema.since) ") }
    let rows = try page().split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
      row.split(separator: "|").prefix(2).map { "|\($0)" }.joined()
    }
    #expect(Set(rows) == expected)
    #expect(rows.count == expected.count)
  }
}
