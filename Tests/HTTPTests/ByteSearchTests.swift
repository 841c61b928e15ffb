// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import TestSupport
import Testing

/// Searches of eight bytes a step, against searches byte by byte.
@Suite struct ByteSearchTests {
  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }
  private static func isOutsideName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      false
    default: true
    }
  }

  private static func check(_ bytes: [UInt8], _ range: Range<Int>) {
    let control = bytes.span.firstControl(in: range)
    #expect(control == range.first { isControl(bytes[$0]) })
    let outside = bytes.span.firstOutsideName(in: range)
    #expect(outside == range.first { isOutsideName(bytes[$0]) })
    for byte: UInt8 in [0, 0x0d, 0x80, 0xff] {
      let found = bytes.span.first(byte, in: range)
      #expect(found == range.first { bytes[$0] == byte })
    }
  }

  /// Each byte at each place of two words, among bytes that do not match, and with bytes behind it whose flags a borrow
  /// changes.
  @Test func eachByteAtEachPlace() {
    for byte in UInt8.min...UInt8.max {
      for place in 0..<18 {
        var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 19)
        bytes[place] = byte
        Self.check(bytes, 0..<19)
        bytes[place + 1] = 0x21
        Self.check(bytes, 1..<19)
      }
    }
  }

  @Test func randomBytes() {
    var numbers = SeededGenerator(seed: 20)
    for _ in 0..<fuzzIterations(2000) {
      let bytes = (0..<Int.random(in: 0...40, using: &numbers)).map { _ in
        UInt8.random(in: 0x1e...0x82, using: &numbers)
      }
      let lower = Int.random(in: 0...bytes.count, using: &numbers)
      Self.check(bytes, lower..<Int.random(in: lower...bytes.count, using: &numbers))
      var other = bytes
      let isEqual = bytes.span.equals(other.span)
      #expect(isEqual)
      if let index = bytes.indices.randomElement(using: &numbers) {
        other[index] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
        let isEqual = bytes.span.equals(other.span)
        #expect(!isEqual)
      }
    }
  }

  @Test func caseIsThatOfLettersOnly() {
    let name: StaticString = "If-None-Match@["
    // All but the first differ from it in the bit that makes letters lowercase.
    let others = ["iF-nONE-mATCH@[", "If-None-Match`[", "If-None-Match@{", "If\rNone-Match@["]
    for other in others {
      let bytes = [UInt8](other.utf8)
      let isEqual = name.equalsIgnoringCase(bytes.span)
      #expect(isEqual == (other == others[0]), "\(other.debugDescription)")
    }
  }
}

@Suite struct ByteWriterTests {
  @Test func numbers() {
    var numbers: [UInt64] = [0, .max]
    var power: UInt64 = 1
    for _ in 0..<19 {
      power *= 10
      numbers += [power - 1, power]
    }
    for number in numbers {
      var text: [UInt8] = []
      text.append(upTo: 20) { $0.write(decimal: number) }
      #expect(String(decoding: text, as: UTF8.self) == "\(number)")
    }
  }

  /// What does not fit is left out, and nothing is written beyond the limit.
  @Test func limits() {
    for limit in 0...12 {
      var text: [UInt8] = [1]
      var counts = (0, 0)
      text.append(upTo: limit) { writer in
        writer.write("abc")
        writer.write([UInt8](repeating: 0x2e, count: 4).span)
        writer.write(0x2f)
        writer.write(decimal: 12)
        counts = (writer.count, writer.room)
      }
      #expect(counts.0 <= limit && counts.1 == limit - counts.0)
      let whole = "abc..../12"
      // A number is written whole, or not at all.
      let expected = limit == 9 ? "abc..../" : String(whole.prefix(limit))
      #expect(String(decoding: text.dropFirst(), as: UTF8.self) == expected)
    }
  }
}
