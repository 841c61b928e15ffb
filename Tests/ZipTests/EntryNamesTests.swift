// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing

@testable import Zip

/// The names that an archive gives to entries of these names.
private func names(_ asked: [String], limit: Int = 1000) throws(ZipError) -> [String] {
  var names = EntryNames(limit: limit)
  var given: [String] = []
  for name in asked {
    given.append(
      String(decoding: try names.add(EntryName(name) ?? .unnamed).bytes, as: UTF8.self))
  }
  return given
}

struct EntryNamesTests {
  @Test func aTakenNameGetsANumber() throws {
    #expect(
      try names([
        "a.txt", "a.txt", "b", "b", "a.txt", ".profile", ".profile", "a.tar.gz", "a.tar.gz",
      ])
        == [
          "a.txt", "a (2).txt", "b", "b (2)", "a (3).txt", ".profile", ".profile (2)", "a.tar.gz",
          "a.tar (2).gz",
        ])
    // A number may be taken, too.
    #expect(
      try names(["a (2)", "a", "a", "a", "a (2)"])
        == ["a (2)", "a", "a (3)", "a (4)", "a (2) (2)"])
  }

  @Test func upperAndLowerCaseAreTheSame() throws {
    #expect(
      try names(["README", "Readme", "Ärger", "ärger", "ЯК", "як", "Σ", "ς", "Ω", "ω"])
        == [
          "README", "Readme (2)", "Ärger", "ärger (2)", "ЯК", "як (2)", "Σ", "ς (2)", "Ω", "ω (2)",
        ])
    #expect(try names(["a", "ä", "ae", "я", "r"]) == ["a", "ä", "ae", "я", "r"])
  }

  @Test func aFileAndAFolderDoNotShareAName() throws {
    #expect(try names(["a", "a/b", "a/c"]) == ["a", "a (2)/b", "a (2)/c"])
    #expect(try names(["a/b", "A", "a/b", "a/B/c"]) == ["a/b", "A (2)", "a/b (2)", "a/B (3)/c"])
    #expect(try names(["x/y/z", "x/y", "x"]) == ["x/y/z", "x/y (2)", "x (2)"])
  }

  @Test func aNumberFitsIntoALongName() throws {
    let long = String(repeating: "é", count: 124) + ".jpeg"
    let given = try names([
      long + "", long, String(repeating: "a", count: 255), String(repeating: "a", count: 255),
    ])
    #expect(given[1] == String(repeating: "é", count: 123) + " (2).jpeg")
    #expect(given[3] == String(repeating: "a", count: 251) + " (2)")
  }

  @Test func manyOfOneName() throws {
    let given = try names([String](repeating: "cat.jpg", count: 5000), limit: 5000)
    #expect(given.last == "cat (5000).jpg")
    #expect(Set(given).count == 5000)
  }

  @Test func foldersCountAgainstTheLimit() throws {
    #expect(throws: ZipError.tooManyEntries(limit: 3)) {
      try names(["a", "b", "c", "d"], limit: 3)
    }
    #expect(throws: ZipError.tooManyEntries(limit: 3)) { try names(["a/b/c/d"], limit: 3) }
    #expect(throws: ZipError.tooManyEntries(limit: 0)) { try names(["a"], limit: -1) }
  }

  /// Against a set of all names in lower case.
  @Test func givenNamesDiffer() throws {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<fuzzIterations(20) {
      var names = EntryNames(limit: 10_000)
      var files: Set<String> = []
      var folders: Set<String> = []
      for _ in 0..<300 {
        let parts = (0...generator.below(3)).map { _ in
          generator.pick(["a", "A", "b", "É", "é", "con", "a (2)", "x.y", "X.Y", ""]) ?? ""
        }
        guard let asked = EntryName(parts.joined(separator: "/")) else { continue }
        let given = try names.add(asked)
        expectSafe(given)
        let text = String(decoding: given.bytes, as: UTF8.self).lowercased()
        #expect(files.insert(text).inserted, "\(text)")
        var folder = ""
        for part in text.split(separator: "/").dropLast() {
          folder += folder.isEmpty ? part : "/" + part
          folders.insert(folder)
        }
      }
      #expect(files.isDisjoint(with: folders))
    }
  }

  /// As the standard library has it, for every character that has one of the other case.
  @Test func lettersFold() {
    for value: UInt32 in 0...0x1_ffff {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let properties = scalar.properties
      for other in [properties.lowercaseMapping, properties.uppercaseMapping] {
        let others = other.unicodeScalars
        // The dotless i is a letter of its own, whose upper case is I.
        guard others.count == 1, let partner = others.first, value != 0x131 else { continue }
        #expect(
          CaseFolding.folded(value) == CaseFolding.folded(partner.value), "\(scalar) \(partner)")
      }
    }
    #expect(CaseFolding.folded(UInt32.max) == UInt32.max)
  }

  /// Searches end soon even where names were made to meet in the table.
  @Test func placesCrowd() throws {
    var generator = SeededGenerator(seed: 3)
    var names = EntryNames(limit: 20_000)
    var given: Set<[UInt8]> = []
    for _ in 0..<20_000 {
      let name = try names.add(try #require(EntryName("\(generator.below(8000 as Int))")))
      #expect(given.insert(name.bytes).inserted)
    }
    #expect(names.count == 20_000)
  }
}
