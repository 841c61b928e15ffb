// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import JSON
import Testing

struct ValueTests {
  private let json =
    #"{"list": [1, {"deep": [true, null]}, "x"], "word\n": "\u00e9\ud83d\ude00\/", "n": -2.5e1}"#

  @Test func valuesAreFoundByNameAndPosition() throws {
    let json = try JSONValue(parsing: json)
    #expect(json.kind == .object)
    #expect(json.count == 3)
    #expect(json["list"]?[1]?["deep"]?[0]?.bool == true)
    #expect(json["list"]?[1]?["deep"]?[1]?.isNull == true)
    #expect(json["list"]?[2]?.string == "x")
    #expect(json["list"]?[3] == nil)
    #expect(json["list"]?[-1] == nil)
    #expect(json["word\n"]?.string == "é😀/")
    #expect(json["n"]?.double == -25)
    #expect(json["n"]?.int == nil)
    #expect(json["nothing"] == nil)
    #expect(json[0] == nil)
    #expect(json["n"]?["x"] == nil)
    #expect(json["n"]?.elements.map(\.kind) == [])
    #expect(json.members.map(\.name) == ["list", "word\n", "n"])
    #expect(json["list"]?.elements.map(\.kind) == [.number, .object, .string])
    #expect(json["list"]?[1]?["deep"]?.text == Array("[true, null]".utf8))
  }

  @Test func eachValueKnowsItsPath() throws {
    let json = try JSONValue(parsing: json)
    #expect(json.path.description == "$")
    #expect(json["list"]?[1]?["deep"]?[1]?.path.description == "$.list[1].deep[1]")
    #expect(json["word\n"]?.path.description == #"$["word\n"]"#)
    #expect(json["list"]?[0]?.offset == 10)
  }

  @Test func aValueIsOfOneKind() throws {
    for (text, kind) in [
      ("null", JSONKind.null), ("true", .bool), ("0", .number), (#""""#, .string), ("[]", .array),
      ("{}", .object),
    ] {
      let json = try JSONValue(parsing: text)
      #expect(json.kind == kind)
      #expect(json.isNull == (kind == .null))
      #expect((json.bool != nil) == (kind == .bool))
      #expect((json.int != nil) == (kind == .number))
      #expect((json.double != nil) == (kind == .number))
      #expect((json.string != nil) == (kind == .string))
    }
  }

  @Test func aValueOfManyLevelsIsFreedAndWritten() throws {
    let depth = 1_000_000
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let limits = JSONLimits(byteCount: 2 * depth, depth: depth, valueCount: depth)
    let json = try JSONValue(parsing: text, limits: limits)
    #expect(json.json == Array(text.utf8))
  }
}
