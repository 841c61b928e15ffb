// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HostIO
import Testing

/// A program that reads archives.
enum Reader: String, CaseIterable, CustomTestStringConvertible {
  case unzip, sevenZip, bsdtar, bsdtarStream, python, javaFile, javaStream, go

  /// Programs that it needs, with Debian's packages of them.
  private var program: (name: String, package: String) {
    switch self {
    case .unzip: ("unzip", "unzip")
    case .sevenZip: ("7z", "p7zip-full")
    case .bsdtar, .bsdtarStream: ("bsdtar", "libarchive-tools")
    case .python: ("python3", "python3")
    case .javaFile, .javaStream: ("javac", "default-jdk-headless")
    case .go: ("go", "golang-go")
    }
  }

  var testDescription: String { rawValue }

  var isInstalled: Bool {
    let status = try? Subprocess.run(["sh", "-c", "command -v \(program.name)"]).status
    guard status != 0 else { return true }
    print("skipped: \(rawValue) needs \(program.name) of Debian's package \(program.package)")
    return false
  }

  static let installed = allCases.filter(\.isInstalled)

  /// A reader's own sources.
  private static var folder: String {
    (#filePath as String).split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Readers"
  }

  /// Expects that the reader finds exactly these entries in the archive.
  func expect(_ entries: [Entry], in archive: String) throws {
    switch self {
    case .unzip:
      let output = try run(["unzip", "-tqq", archive])
      #expect(output.isEmpty)
      let list = try run(["zipinfo", "-1", archive])
      #expect(list.split(separator: "\n").count == entries.count)
    case .sevenZip:
      let output = try run(["7z", "t", archive])
      #expect(output.contains("Everything is Ok"))
      #expect(!output.contains("WARNING"))
    case .bsdtar, .bsdtarStream:
      // A pipe, because bsdtar would seek in a file.
      let command =
        self == .bsdtar ? "bsdtar -xOf '\(archive)'" : "cat '\(archive)' | bsdtar -xOf -"
      let sum = try run(["bash", "-c", "set -o pipefail; \(command) | cksum | cut -d' ' -f2"])
      #expect(sum == "\(entries.reduce(0) { $0 + $1.byteCount })\n")
    case .python: expect(entries, try run(["python3", Self.folder + "/reader.py", archive]))
    case .go: expect(entries, try run(["go", "run", Self.folder + "/reader.go", archive]))
    case .javaFile, .javaStream:
      let mode = self == .javaFile ? "file" : "stream"
      expect(entries, try run(["java", Self.folder + "/Reader.java", mode, archive]))
    }
  }

  private func expect(_ entries: [Entry], _ output: String) {
    let found = output.split(separator: "\n")
    let expected = entries.map(\.line)
    #expect(found.count == expected.count)
    let difference = zip(found, expected).first { String($0) != $1 }
    #expect(difference == nil)
  }

  private func run(_ arguments: [String]) throws -> String {
    let result = try Subprocess.run(arguments)
    #expect(result.status == 0, "\(rawValue): \(result.errors)")
    return String(decoding: result.output, as: UTF8.self)
  }
}

/// What a reader has to find.
struct Entry {
  var name: String
  var byteCount: Int
  var crc: UInt32

  /// As the sources in `Readers` print it.
  var line: String {
    let digits = name.utf8.map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return "\(digits.joined()) \(byteCount) \(crc)"
  }
}
