// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import FoundationEssentials
import Testing

@Suite struct JSONWriterTests {
  @Test func documentsAreSortedAndEndInANewline() {
    let text = JSONWriter.document(["b": ["/x"], "a": []])
    #expect(text == "{\n  \"a\" : [\n\n  ],\n  \"b\" : [\n    \"/x\"\n  ]\n}\n")
  }

  @Test func objectsKeepTheirOrder() {
    var inner = JSONWriter.Object()
    inner.add("name", "x")
    var object = JSONWriter.Object()
    object.add("z", -1)
    object.add("a", thousandths: 1_000_007)
    object.add("in", inner)
    #expect(object.text == #"{"z":-1,"a":1000.007,"in":{"name":"x"}}"#)
    #expect(JSONWriter.Object().text == "{}")
  }

  /// A decoder reads back every string that needs escapes.
  @Test(arguments: [
    "", "plain", "\"", "\\", "a\nb\tc\u{0}\u{1f}", "\u{7f}é\u{2028}𝄞", "{\"x\": [1]}",
  ])
  func stringsAreEscaped(text: String) throws {
    let data = Data("[\(JSONWriter.quoted(text))]".utf8)
    #expect(try JSONDecoder().decode([String].self, from: data) == [text])
  }
}
