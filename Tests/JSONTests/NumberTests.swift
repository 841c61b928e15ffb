// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import JSON
import TestSupport
import Testing

struct NumberTests {
  private func double(_ text: String) throws -> Double? { try JSONValue(parsing: text).double }

  private func check(_ text: String) throws {
    let expected = strtod(text, nil)
    let value = try double(text)
    #expect(
      value?.bitPattern == (expected.isFinite ? expected.bitPattern : nil), "\(text)")
  }

  @Test func knownHardCases() throws {
    for text in [
      "0", "-0", "-0.0", "0e5", "1", "123456789012345678901234567890", "0.1", "0.3", "1e22",
      "1e23", "9007199254740993", "9007199254740992.5", "9007199254740993.0000000000000001",
      "2.2250738585072014e-308", "2.2250738585072011e-308", "2.225073858507201e-308",
      "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324",
      "2.47e-324", "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308",
      "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880",
      "6929495644600919.5", "8.5e-323", "1e-400", "1e400", "5e-324", "3e-324",
      "10000000000000000000000000000000000000000000000000e-50", "0.000000000000000000000001e24",
    ] { try check(text) }
  }

  /// Points exactly between two doubles, and the digits next to them.
  @Test func halfwayBetweenTwo() throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<400 {
      // The exact decimal of an odd 54-bit integer times a power of two of a few binary places.
      let integer = random.next() >> 10 | 1
      let places = random.below(40)
      var digits = "\(integer >> UInt64(places))."
      var rest = integer & (1 << UInt64(places) - 1)
      var scale = places
      while scale > 0, rest > 0 {
        rest *= 10
        digits += "\(rest >> UInt64(places))"
        rest &= 1 << UInt64(places) - 1
        scale -= 1
      }
      if digits.hasSuffix(".") { digits += "0" }
      for tail in ["", "0000000000000000000000000001", "e3", "e-3", "e-310", "e200"] {
        try check(digits + tail)
      }
    }
    // More digits than are kept.
    let long = String(repeating: "0", count: 800)
    try check("9007199254740993.\(long)1")
    try check("9007199254740993.\(long)0")
    try check("9007199254740993\(long)e-800")
    try check("9007199254740993\(long)1e-801")
  }

  @Test func anyDoubleIsReadAsItIsWritten() throws {
    var random = SeededGenerator(seed: 12)
    for _ in 0..<fuzzIterations(20_000) {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else {
        #expect(number.json == Array("null".utf8))
        continue
      }
      let text = number.json
      #expect(try JSONValue(parsing: text).double?.bitPattern == number.bitPattern)
    }
  }

  @Test func anyTextIsReadAsTheCLibraryReadsIt() throws {
    var random = SeededGenerator(seed: 13)
    for _ in 0..<fuzzIterations(20_000) {
      var text = random.chance(500) ? "-" : ""
      text += "\(random.below(10) as Int)"
      if !text.hasSuffix("0") {
        for _ in 0..<random.below(25) { text += "\(random.below(10) as Int)" }
      }
      if random.chance(700) {
        text += "."
        for _ in 0...random.below(30) { text += "\(random.below(10) as Int)" }
      }
      if random.chance(700) { text += "e\(random.below(700) - 350)" }
      try check(text)
    }
  }

  @Test func integersAreExactOverTheirWholeRange() throws {
    func check<Number: FixedWidthInteger & JSONCodable>(_: Number.Type) throws {
      for number in [Number.min, .min + 1, 0, 1, .max - 1, .max] {
        let text = number.json
        #expect(String(decoding: text, as: UTF8.self) == "\(number)")
        #expect(try Number(parsingJSON: text) == number)
      }
      for text in [
        "\(Int64(clamping: Number.min))0", "\(UInt64(Number.max))0", "1.0", "1e2", "0.5",
      ] {
        guard text != "00" else { continue }
        #expect(throws: JSONError.self) { _ = try Number(parsingJSON: Array(text.utf8)) }
      }
    }
    try check(Int.self)
    try check(Int8.self)
    try check(Int16.self)
    try check(Int32.self)
    try check(Int64.self)
    try check(UInt.self)
    try check(UInt8.self)
    try check(UInt16.self)
    try check(UInt32.self)
    try check(UInt64.self)
    #expect(try JSONValue(parsing: "-0").int == 0)
    #expect(try JSONValue(parsing: "-0").integer(as: UInt8.self) == 0)
    #expect(try JSONValue(parsing: "-1").integer(as: UInt8.self) == nil)
    #expect(try JSONValue(parsing: "300").integer(as: UInt8.self) == nil)
  }

  /// To learn that a value is not an integer takes the same time wherever in its text it is.
  @Test func valuesThatAreNoIntegersTakeLinearTime() throws {
    func time(_ element: String, count: Int) throws -> Duration {
      let text = "[" + Array(repeating: element, count: count).joined(separator: ",") + "]"
      let value = try JSONValue(parsing: text)
      var found = 0
      let time = ContinuousClock().measure {
        for element in value.elements where element.int != nil { found += 1 }
      }
      #expect(found == 0)
      return time
    }
    for element in ["1.5", "\"a\"", "99999999999999999999"] {
      let shorter = try (0..<3).map { _ in try time(element, count: 2000) }.min()
      let longer = try (0..<3).map { _ in try time(element, count: 16_000) }.min()
      // Eight times as long if linear, 64 times if quadratic.
      #expect(try #require(longer) < #require(shorter) * 30, "\(element)")
    }
  }
}
