// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import JSON
import Testing

struct WriterTests {
  private func write(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return String(decoding: writer.finish(), as: UTF8.self)
  }

  @Test func stringsAreEscaped() throws {
    #expect(
      write { $0.string("\"\\/\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}é\u{2028}😀") }
        == #""\"\\/\b\t\n\f\r\u0000\u001f"# + "\u{7f}é\u{2028}😀\"")
    for byte in UInt8(0)..<128 {
      let text = "a\(Character(UnicodeScalar(byte)))z"
      #expect(try String(parsingJSON: text.json) == text)
    }
  }

  @Test func bytesThatAreNotUTF8AreReplaced() {
    for (bytes, text) in [
      ([0xff], "\u{fffd}"), ([0x61, 0xc3], "a\u{fffd}"), ([0xc3, 0xa9, 0x80], "é\u{fffd}"),
      ([0xe2, 0x82, 0x22], "\u{fffd}\\\""), ([0xed, 0xa0, 0x80], "\u{fffd}\u{fffd}\u{fffd}"),
      ([0xf0, 0x9f, 0x98, 0x61, 0xf0], "\u{fffd}a\u{fffd}"), ([0xc0, 0xaf], "\u{fffd}\u{fffd}"),
    ] as [([UInt8], String)] {
      #expect(write { $0.string(utf8: bytes.span) } == "\"\(text)\"")
    }
  }

  @Test func scalars() {
    #expect(write { $0.null() } == "null")
    #expect(write { $0.bool(false) } == "false")
    #expect(write { $0.double(1) } == "1.0")
    #expect(write { $0.double(-1e300) } == "-1e+300")
    #expect(write { $0.double(.leastNonzeroMagnitude) } == "5e-324")
    #expect(write { $0.double(.infinity) } == "null")
    #expect(write { $0.double(.nan) } == "null")
    #expect(String(decoding: Int?.none.json, as: UTF8.self) == "null")
    #expect(String(decoding: [Int?.some(1), nil].json, as: UTF8.self) == "[1,null]")
  }

  private struct Careless: JSONEncodable {
    var count: Int
    func encode(to json: inout JSONWriter) {
      for number in 0..<count { json.integer(number) }
    }
  }

  @Test func theTextIsJSONWhateverIsWritten() {
    #expect(write { _ in } == "null")
    #expect(
      write { json in
        json.object {
          $0.add("none", Careless(count: 0))
          $0.add("one", Careless(count: 1))
          $0.add("two", Careless(count: 2))
        }
        json.array { $0.add(1) }
        json.null()
      } == #"{"none":null,"one":0,"two":0}"#)
    #expect(write { $0.array { _ in } } == "[]")
    #expect(write { $0.object { _ in } } == "{}")
  }
}
