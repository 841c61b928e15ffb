// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Testing

@testable import SystemXML

@Suite struct ParserTests {
  private func parse(_ text: String) throws(XMLError) -> XMLElement {
    try parseXML(Array(text.utf8), file: "f")
  }

  private func place(_ line: Int, _ column: Int) -> Diagnostics.SourceLocation {
    .init(file: "f", line: line, column: column)
  }

  @Test func placesOfElementsAndAttributes() throws {
    let root = try parse(
      """
      <system>
        <map mr="a"
             vaddr = '0x1'  perms="r>w"/>
      \t<é x="ä" y="z"/>
      </system>
      """)
    let map = try #require(root.children.first)
    #expect(map.location == place(2, 3))
    #expect(map.attributes.map(\.location) == [place(2, 8), place(3, 8), place(3, 23)])
    #expect(map.attributes.map(\.value) == ["a", "0x1", "r>w"])
    // Columns count characters, not bytes.
    let second = try #require(root.children.last)
    #expect(second.location == place(4, 2))
    #expect(second.attributes.map(\.location) == [place(4, 5), place(4, 11)])
  }

  @Test func anyLineEndingCounts() throws {
    let root = try parse("<a>\r\n<b\r\n c=\"1\"/></a>")
    #expect(root.children.first?.location == place(2, 1))
    #expect(root.children.first?.attributes.first?.location == place(3, 2))
  }

  @Test func namespacesAreResolvedAndDeclarationsAreNotAttributes() throws {
    let root = try parse("<x:a xmlns:x=\"urn:x\" b=\"1\" x:c=\"2\"/>")
    #expect(root.name == "a")
    #expect(root.attributes.map(\.name) == ["b", "c"])
    #expect(root.attributes.map(\.isQualified) == [false, true])
    #expect(root.attributes.map(\.location) == [place(1, 22), place(1, 28)])
    #expect(root.attribute("c") == nil)
    #expect(throws: XMLError.self) { try parse("<x:a/>") }
  }

  @Test(arguments: [
    ("", 1, 1), ("<a>", 1, 4), ("<a></b>", 1, 6), ("<a b=\"1\" b=\"2\"/>", 1, 10),
    ("<a/><b/>", 1, 5),
    ("<a>\n&nope;</a>", 2, 1), ("<a b=<>", 1, 6), ("text", 1, 1), ("<a>\u{1}</a>", 1, 4),
  ])
  func refusesWhatIsMalformedAndSaysWhere(_ text: String, _ line: Int, _ column: Int) {
    let error = #expect(throws: XMLError.self) { try parse(text) }
    #expect(error?.location == place(line, column))
  }

  @Test func refusesDocumentTypes() {
    let error = #expect(throws: XMLError.self) {
      try parse("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>")
    }
    #expect(error?.problem == .documentType)
  }

  /// The same as roxmltree, the Microkit tool's parser; observed with the real tools.
  @Test(arguments: [
    ("<?xml version=\"1.0\"?><a/>", true), ("<?xml version=\"2.0\"?><a/>", true),
    ("<?xml version=\" 1\" encoding=\"latin1\"?><a/>", true),
    ("<?xml version='1.0' encoding='UTF-16' standalone='yes'?>\n<a/>", true),
    ("\u{feff}<?xml version='1.0'?><a/>", true), ("\u{feff}<a/>", true),
    ("<?xml encoding=\"UTF-8\"?><a/>", false), (" <?xml version=\"1.0\"?><a/>", false),
    ("<?xml version=1.0?><a/>", false),
    ("<?xml version=\"1.0\" standalone=\"yes\" encoding=\"x\"?><a/>", false),
    ("<?xml version=\"1.0\"", false), ("<?xml ", false), ("<?xml", false),
  ])
  func declarations(_ text: String, _ isAccepted: Bool) {
    #expect(((try? parse(text)) != nil) == isAccepted)
  }

  /// The same as roxmltree; observed with the real tools.
  @Test(arguments: [
    ("<a><?x?></a>", true), ("<a><?x y?></a>", true), ("<a><?xm`ml y?></a>", true),
    ("<a><?x`y?></a>", true), ("<a><?XML y?></a>", true), ("<a><?xml y?></a>", false),
    ("<a><?1 y?></a>", false), ("<a><? y?></a>", false), ("<a><?x y></a>", false),
    ("<a><!-- <?1 ?> --></a>", true), ("<a><![CDATA[<?1 ?>]]></a>", true),
    ("<?x y?><a/><?z?>", true),
  ])
  func processingInstructions(_ text: String, _ isAccepted: Bool) {
    #expect(((try? parse(text)) != nil) == isAccepted, "\(text)")
  }

  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
    }
    _ = try parse(nested(256))
    let error = #expect(throws: XMLError.self) { try parse(nested(100_000)) }
    #expect(error?.problem == .tooDeep(limit: 256))
  }

  @Test func strayTextIsPlaced() throws {
    let root = try parse("<a> \n\t<b>inner</b>\n  outer</a>")
    #expect(root.stray?.line == 2 || root.stray?.line == 3)
    #expect(root.children.first?.stray == place(2, 5))
    #expect(try parse("<a> \u{a0}\n<!-- words --></a>").stray == nil)
  }
}
