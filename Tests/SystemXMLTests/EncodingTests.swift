// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import TestSupport
import Testing

@testable import SystemXML

/// The Microkit tool reads UTF-8 and nothing else; observed with the real tools.
@Suite struct EncodingTests {
  private func finding(_ bytes: [UInt8]) -> Finding? {
    do throws(XMLError) {
      _ = try parseXML(bytes, file: "f")
      return nil
    } catch {
      return error.findings.first
    }
  }

  @Test(arguments: ["UTF-8", "UTF-16", "ISO-8859-1", ""])
  func theDeclarationDoesNotMatter(_ name: String) {
    let text = "<?xml version=\"1.0\" encoding=\"\(name)\"?><!-- é --><a/>"
    #expect(finding(Array(text.utf8)) == nil)
    #expect(finding([0xef, 0xbb, 0xbf] + Array(text.utf8)) == nil)
  }

  @Test func widerEncodingsAreNamed() {
    func wide(_ size: Int, littleEndian: Bool, mark: [UInt8] = []) -> [UInt8] {
      mark
        + "<a/>".utf8.flatMap { byte -> [UInt8] in
          let zeros = [UInt8](repeating: 0, count: size - 1)
          return littleEndian ? [byte] + zeros : zeros + [byte]
        }
    }
    let cases: [([UInt8], String)] = [
      (wide(2, littleEndian: true, mark: [0xff, 0xfe]), "UTF-16"),
      (wide(2, littleEndian: false, mark: [0xfe, 0xff]), "UTF-16"),
      (wide(2, littleEndian: true), "UTF-16LE"), (wide(2, littleEndian: false), "UTF-16BE"),
      (wide(4, littleEndian: true, mark: [0xff, 0xfe, 0, 0]), "UTF-32"),
      (wide(4, littleEndian: true), "UTF-32LE"), (wide(4, littleEndian: false), "UTF-32BE"),
    ]
    for (bytes, name) in cases {
      let found = finding(bytes)
      #expect(found?.rule == "encoding")
      #expect(found?.message == "the file is \(name), but the Microkit tool reads only UTF-8")
      #expect(found?.fix == "convert it: iconv -f \(name) -t UTF-8 FILE > NEW")
    }
  }

  @Test func theFirstWrongByteIsPlaced() {
    let found = finding(Array("<a>\n<!-- café, caf".utf8) + [0xe9] + Array(" --></a>".utf8))
    #expect(found?.place == .source(.init(file: "f", line: 2, column: 15)))
    #expect(
      found?.message
        == "byte 19 is 0xe9, which is not UTF-8; the Microkit tool panics on it")
    #expect(found?.fix?.contains("iconv -f ISO-8859-1 ") == true)
  }

  @Test func theDeclaredEncodingIsInTheFix() {
    let text = "<?xml version=\"1.0\" encoding='windows-1252'?>"
    #expect(
      finding(Array(text.utf8) + [0x93])?.fix
        == "convert it: iconv -f windows-1252 -t UTF-8 FILE > NEW")
    // Also when it is declared only.
    #expect(finding(Array("<?xml version=\"1.0\" encoding=\"".utf8) + [0xe9])?.rule == "encoding")
  }

  @Test(
    arguments: [
      [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe9], [0x80], [0xf4, 0x90],
    ] as [[UInt8]])
  func whatIsNotUTF8IsNotXMLEither(_ bytes: [UInt8]) {
    #expect(finding(Array("<a/><!--".utf8) + bytes + Array("-->".utf8))?.rule == "encoding")
    #expect(finding(Array("<a/>".utf8) + bytes)?.rule == "encoding")
  }

  @Test func anyBytes() {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<fuzzIterations(2000) {
      var bytes = Array("<?xml version=\"1.0\" encoding=\"x\"?>\n<a b=\"é\">\n#if\n</a>".utf8)
      for _ in 0...random.below(3) {
        bytes[random.below(bytes.count)] = random.next().truncated
        if random.chance(300) { bytes.removeLast(random.below(bytes.count)) }
        if bytes.isEmpty { break }
      }
      let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
      if !isUTF8 { #expect(finding(bytes)?.rule == "encoding") }
      _ = findTemplateMarks(in: bytes, file: "f")
    }
  }
}

extension UInt64 {
  fileprivate var truncated: UInt8 { UInt8(truncatingIfNeeded: self) }
}
