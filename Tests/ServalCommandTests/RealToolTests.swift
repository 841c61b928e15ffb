// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import HostIO
import Subsystems
import SystemModel
import Systems
import TestSupport
import Testing

@testable import ServalCommand

/// Packs what `generate` writes, and stub images, with the real Microkit tools.
@Suite(.enabled(if: !InstalledSDKs.paths.isEmpty, "needs MICROKIT_SDK or MICROKIT_SDKS"))
struct RealToolTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var system: any SystemTemplate.Type
    var board: Board
    var sdk: String
    var testDescription: String { "\(system.name) on \(board.name), \(sdk)" }
  }

  static let cases = InstalledSDKs.paths.flatMap { sdk in
    builtInSystems.flatMap { system in
      Board.builtIn.map { Case(system: system, board: $0, sdk: sdk) }
    }
  }

  @Test(arguments: cases) func accepts(_ layout: Case) throws {
    let directory = try TemporaryDirectory.make()
    defer { _ = try? Subprocess.run(["rm", "-rf", directory]) }
    let images = "\(directory)/images"
    try Files.makeDirectory(images)
    try makeStubs(for: layout, in: images)

    let version = try SDKName(ofSDKAt: layout.sdk).version
    let status = ServalTool.run(
      systems: builtInSystems,
      arguments: [
        "generate", layout.system.name, "--board", layout.board.name, "--sdk", version.rawValue,
        "--images", images, "--output", "\(directory)/out",
      ] + exampleChoices(for: layout.system))
    try #require(status == 0)

    let result = try Subprocess.run([
      "env", "MICROKIT_SDK=\(layout.sdk)", "\(layout.sdk)/bin/microkit",
      "\(directory)/out/\(layout.system.name).system", "--board", layout.board.name,
      "--config", "debug", "-o", "\(directory)/loader.img", "-r", "\(directory)/report.txt",
      "--search-path", "\(directory)/out",
    ])
    #expect(result.status == 0, "\(result.errors)\(String(decoding: result.output, as: UTF8.self))")
    #expect(Files.exists("\(directory)/loader.img"))
  }

  /// Writes an image for each source in the layout, with room for its domains' records.
  private func makeStubs(for layout: Case, in directory: String) throws {
    let choices = try SystemChoices(
      for: layout.system, values: Dictionary(uniqueKeysWithValues: exampleValues(layout.system)))
    let made = try layout.system.layout(
      board: layout.board, tree: layout.board.tree(), choices)
    for image in made.images {
      let sections = made.records.filter { $0.domain == image.domain }.map {
        StubELF.Section($0.section, byteCount: $0.bytes.count)
      }
      try Files.replace(
        "\(directory)/\(image.source)", with: StubELF(sections: sections).bytes)
    }
  }
}

/// Values for a system's required options.
func exampleValues(_ system: any SystemTemplate.Type) -> [(String, String)] {
  system.options.filter { $0.defaultValue == nil }.map { ($0.name, "10.0.2.2") }
}

func exampleChoices(for system: any SystemTemplate.Type) -> [String] {
  exampleValues(system).flatMap { ["--set", "\($0.0)=\($0.1)"] }
}
