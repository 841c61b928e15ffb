// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import JSON
import TestSupport
import Testing

/// A value of any shape, as a test writes it.
private indirect enum Sample: JSONEncodable {
  case null
  case bool(Bool)
  case integer(Int64)
  case double(Double)
  case string(String)
  case array([Sample])
  case object([(name: String, value: Sample)])

  init(_ random: inout SeededGenerator, depth: Int) {
    switch random.below(depth > 0 ? 7 : 5) {
    case 0: self = .null
    case 1: self = .bool(random.chance(500))
    case 2: self = .integer(Int64(bitPattern: random.next()) >> random.below(64))
    case 3: self = .double(Double(random.below(2000) - 1000) / 8)
    case 4: self = .string(Self.text(&random))
    case 5:
      self = .array((0..<random.below(5)).map { _ in Sample(&random, depth: depth - 1) })
    default:
      self = .object(
        (0..<random.below(5)).map {
          (Self.text(&random) + "\($0)", Sample(&random, depth: depth - 1))
        })
    }
  }

  static func text(_ random: inout SeededGenerator) -> String {
    let letters: [UnicodeScalar] = [
      "a", "\"", "\\", "/", "\n", "\u{0}", "\u{1f}", "é", "\u{2028}", "\u{ffff}", "😀", "u", "{",
    ]
    var text = ""
    for _ in 0..<random.below(8) { text.unicodeScalars.append(random.pick(letters) ?? "a") }
    return text
  }

  func encode(to json: inout JSONWriter) {
    switch self {
    case .null: json.null()
    case .bool(let value): json.bool(value)
    case .integer(let value): json.integer(value)
    case .double(let value): json.double(value)
    case .string(let value): json.string(value)
    case .array(let elements): json.write(elements)
    case .object(let members):
      json.object { object in
        for member in members { object.add(member.name, member.value) }
      }
    }
  }

  func equals(_ json: JSONValue) -> Bool {
    switch self {
    case .null: json.isNull
    case .bool(let value): json.bool == value
    case .integer(let value): json.integer() == value
    case .double(let value): json.double == value
    case .string(let value): json.string == value
    case .array(let elements):
      json.count == elements.count
        && zip(elements, json.elements).allSatisfy { $0.equals($1) }
    case .object(let members):
      json.count == members.count
        && zip(members, json.members).allSatisfy {
          $0.name == $1.name && $0.value.equals($1.value)
            && json[$0.name]?.offset == $1.value.offset
        }
    }
  }
}

struct FuzzTests {
  /// Parses, and visits all values if that succeeds. Returns whether it did.
  @discardableResult
  private func accepts(_ text: [UInt8]) -> Bool {
    do throws(JSONError) {
      let json = try JSONValue(parsing: text)
      var waiting = [json]
      while let value = waiting.popLast() {
        _ = (value.int, value.double, value.string, value.integer(as: UInt8.self))
        waiting += value.elements
        waiting += value.members.map(\.value)
        #expect(value.offset < text.count)
      }
      return true
    } catch {
      #expect(error.offset >= 0 && error.offset <= text.count)
      _ = error.description(in: text)
      return false
    }
  }

  @Test func valuesAreReadAsTheyWereWritten() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<fuzzIterations(2000) {
      let sample = Sample(&random, depth: 5)
      let json = try JSONValue(parsing: sample.json)
      #expect(sample.equals(json))
      for element in json.elements { #expect(element.path.steps.count == 1) }
    }
  }

  @Test func everyTruncationIsRefused() {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<fuzzIterations(300) {
      // In an array, no prefix is JSON.
      let text = [Sample(&random, depth: 4)].json
      for count in text.indices { #expect(!accepts(Array(text[..<count]))) }
    }
  }

  @Test func mutationsAreJudgedAsTheGrammarSays() {
    var random = SeededGenerator(seed: 3)
    let alphabet =
      Array(#"{}[]:,"\ue-+.019 tfn"#.utf8) + [0, 0x1f, 0x80, 0xc3, 0xa9, 0xed, 0xf0, 0xff]
    for _ in 0..<fuzzIterations(10_000) {
      var text = Sample(&random, depth: 3).json
      for _ in 0...random.below(3) {
        let place = random.below(text.count + 1)
        switch random.below(4) {
        case 0 where place < text.count: text.remove(at: place)
        case 1 where place < text.count: text[place] = random.pick(alphabet) ?? 0
        case 2: text.insert(random.pick(alphabet) ?? 0, at: place)
        default:
          let end = min(place + random.below(10), text.count)
          text.insert(contentsOf: text[place..<end], at: random.below(text.count + 1))
        }
      }
      #expect(accepts(text) == Grammar.matches(text), "\(String(decoding: text, as: UTF8.self))")
    }
  }

  @Test func noiseIsJudgedAsTheGrammarSays() {
    var random = SeededGenerator(seed: 4)
    let alphabet = Array(#"{}[]:,"\u0"#.utf8)
    for _ in 0..<fuzzIterations(10_000) {
      let text = (0..<random.below(12)).map { _ in random.pick(alphabet) ?? 0 }
      #expect(accepts(text) == Grammar.matches(text), "\(String(decoding: text, as: UTF8.self))")
    }
  }

  /// Sixteen times the text takes about sixteen times as long, whatever it consists of, not 256 times. Other suites run at
  /// the same time, so that the best of several measurements counts.
  @Test func timeIsLinear() {
    let limits = JSONLimits(byteCount: .max, depth: .max, valueCount: .max)
    for (part, end) in [
      ("[", ""), ("[1,", ""), (#"{"a":"#, ""), (#""\u00e9","#, ""), ("1", ""), ("\\n", ""),
      ("é", "\""), ("\\ud83d\\ude00", ""), ("1e-300,", "]"), ("\"\",", "]"),
    ] {
      func duration(_ count: Int) -> Duration {
        let start = part.hasPrefix("\\") || part == "é" ? "\"" : "["
        let text = Array((start + String(repeating: part, count: count) + end).utf8)
        var best = Duration.seconds(1000)
        for _ in 0..<5 {
          let time = ContinuousClock().measure {
            let json = try? JSONValue(parsing: text, limits: limits)
            if let json { for element in json.elements { _ = (element.double, element.string) } }
          }
          best = min(best, time)
        }
        return best
      }
      let (short, long) = (duration(2000), duration(32_000))
      #expect(long < short * 120 + .milliseconds(20), "\(part)")
    }
  }
}
