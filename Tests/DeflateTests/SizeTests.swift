// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import Foundation
import Testing

/// Sizes beside zlib's at level 1 and level 6.
@Suite struct SizeTests {
  static let root = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardized

  static func zlibLevel(_ level: DeflateLevel) -> Int32 { level == .fast ? 1 : 6 }

  @Test(arguments: Corpus.allCases, DeflateLevel.allCases)
  func corpus(_ corpus: Corpus, _ level: DeflateLevel) throws {
    let count = expectSmall(corpus.bytes(200_000), level, "\(corpus)")
    let row = try documentedRow("\(corpus)")
    let share = String(format: "%.1f %%", Double(count) / 2000)
    #expect(row[level == .fast ? 1 : 5] == share, "docs/archives.md, \(corpus)")
  }

  @Test(arguments: DeflateLevel.allCases) func memory(_ level: DeflateLevel) throws {
    let row = try documentedRow("`\(level)`")
    #expect(row[1].replacing(",", with: "") == "\(Deflater.byteCount(level))", "docs/archives.md")
  }

  /// The cells of a row of docs/archives.md by the first of them.
  private func documentedRow(_ first: String) throws -> [String] {
    let url = Self.root.appending(path: "docs/archives.md")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("| \(first) |") })
    return line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// Sources of this package, and a program that every machine has.
  @Test(arguments: DeflateLevel.allCases) func files(_ level: DeflateLevel) throws {
    for path in ["Package.swift", "Makefile", "docs/architecture.md"] {
      let input = try [UInt8](Data(contentsOf: Self.root.appending(path: path)))
      expectSmall(input, level, path)
    }
    let shell = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "/bin/sh")))
    expectSmall(shell, level, "/bin/sh")
  }

  /// Returns the size.
  @discardableResult
  private func expectSmall(_ input: [UInt8], _ level: DeflateLevel, _ name: String) -> Int {
    let own = deflated(input, level)
    let zlib = zlibDeflated(input, level: Self.zlibLevel(level))
    #expect(own.count * 100 <= zlib.count * 105, "\(name): \(own.count) bytes, zlib \(zlib.count)")
    return own.count
  }

  /// A stored block has five bytes more than its data, and holds as many bytes as a block has tokens.
  @Test(arguments: DeflateLevel.allCases) func noiseHardlyGrows(_ level: DeflateLevel) {
    let tokens = level == .fast ? 4095 : 8191
    for count in [1, 2, 10, 100, tokens, tokens + 1, 100_000] {
      let output = deflated(Corpus.noise.bytes(count), level)
      #expect(output.count <= count + 5 * ((count + tokens - 1) / tokens) + 2, "\(count)")
    }
  }
}
