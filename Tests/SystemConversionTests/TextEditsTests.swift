// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemXML
import Testing

@testable import SystemConversion

@Suite struct TextEditsTests {
  /// Edits the first child of the root.
  private func edited(
    _ text: String, _ edit: (inout TextEdits, XMLElement) -> Void
  ) throws -> String {
    let bytes = Array(text.utf8)
    var edits = TextEdits(bytes)
    edit(&edits, try #require(parseXML(bytes, file: "f").children.first))
    return String(decoding: edits.applied, as: UTF8.self)
  }

  @Test(arguments: [
    ("<s><a/></s>", "<s><a n=\"1\"/></s>"),
    ("<s><a></a></s>", "<s><a n=\"1\"></a></s>"),
    ("<s><a b='2' /></s>", "<s><a b='2' n='1' /></s>"),
    ("<s><a\n  b=\"2\"\n/></s>", "<s><a\n  b=\"2\" n=\"1\"\n/></s>"),
    ("<s><a\n  b=\"2\"\n  c=\"3\"/></s>", "<s><a\n  b=\"2\"\n  c=\"3\"\n  n=\"1\"/></s>"),
    ("\u{feff}<s><é b = \"ä>\" /></s>", "\u{feff}<s><é b = \"ä>\" n=\"1\" /></s>"),
  ])
  func attributesAreAddedInTheStyleOfTheTag(_ text: String, _ expected: String) throws {
    #expect(try edited(text) { $0.add("n", "1", to: $1) } == expected)
  }

  @Test(arguments: [
    ("<s><a b=\"1\"/></s>", "<s><a/></s>"),
    ("<s><a b=\"1\" c=\"2\"/></s>", "<s><a c=\"2\"/></s>"),
    ("<s><a\n  b=\"1\"\n  c=\"2\"/></s>", "<s><a\n  c=\"2\"/></s>"),
    ("<s><a c='b=' b\n=\n'1' /></s>", "<s><a c='b=' /></s>"),
  ])
  func attributesAreRemovedWithTheSpaceBeforeThem(_ text: String, _ expected: String) throws {
    let result = try edited(text) { edits, element in
      for attribute in element.attributes where attribute.name == "b" { edits.remove(attribute) }
    }
    #expect(result == expected)
  }

  @Test(arguments: [
    ("<s>\n  <a/>\n  <b/>\n</s>", "<s>\n  <b/>\n</s>"),
    ("<s>\r\n  <a>\r\n  </a>\r\n</s>", "<s>\r\n</s>"),
    ("<s>\n  <a/> <!-- why -->\n</s>", "<s>\n   <!-- why -->\n</s>"),
    ("<s><a><b/></a><c/></s>", "<s><c/></s>"),
  ])
  func elementsAreRemovedWithTheirLines(_ text: String, _ expected: String) throws {
    #expect(try edited(text) { $0.remove($1) } == expected)
  }

  @Test func offsetsLeadBack() throws {
    let text = "<s>\n<gone/>\n<a b=\"1\" c=\"2\"/>\n<d/></s>"
    let bytes = Array(text.utf8)
    let root = try parseXML(bytes, file: "f")
    var edits = TextEdits(bytes)
    edits.remove(root.children[0])
    edits.add("new", "0x1000", to: root.children[1])
    edits.remove(root.children[1].attributes[0])
    let result = edits.applied
    #expect(
      String(decoding: result, as: UTF8.self) == "<s>\n<a c=\"2\" new=\"0x1000\"/>\n<d/></s>")
    for (offset, byte) in result.enumerated() {
      let source = edits.sourceOffset(of: offset)
      let isInserted = (12..<25).contains(offset)
      #expect(isInserted ? source == 26 : bytes[source] == byte, "\(offset)")
    }
  }
}
