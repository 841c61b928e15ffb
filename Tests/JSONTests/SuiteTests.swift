// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import JSON
import Testing

/// The 318 cases of JSONTestSuite.
struct SuiteTests {
  private func check(_ cases: [SuiteCase]) {
    for test in cases {
      do throws(JSONError) {
        _ = try JSONValue(parsing: test.text)
        #expect(test.error == nil, "\(test.name) is accepted")
      } catch {
        #expect(error.reason == test.error?.reason, "\(test.name)")
        #expect(error.offset == test.error?.offset, "\(test.name)")
      }
    }
  }

  @Test func whatHasToBeAcceptedIs() {
    check(SuiteCase.mustAccept)
    #expect(SuiteCase.mustAccept.allSatisfy { $0.error == nil })
    #expect(SuiteCase.mustAccept.count == 95)
  }

  @Test func whatHasToBeRefusedIs() {
    let cases = SuiteCase.mustRefuse + SuiteCase.mustRefuseStructure
    check(cases)
    #expect(cases.allSatisfy { $0.error != nil })
    #expect(cases.count == 188)
  }

  @Test func whatAParserMayDecide() {
    check(SuiteCase.mayDecide)
    #expect(SuiteCase.mayDecide.count == 35)
  }

  /// The values of test_transform: what is kept, and what is refused when it is asked for.
  @Test func valuesAreKeptOrRefused() throws {
    func first(_ text: String) throws -> JSONValue { try #require(try JSONValue(parsing: text)[0]) }
    #expect(try first("[-9223372036854775808]").integer(as: Int64.self) == .min)
    #expect(try first("[-9223372036854775809]").integer(as: Int64.self) == nil)
    #expect(try first("[9223372036854775807]").integer(as: Int64.self) == .max)
    #expect(try first("[9223372036854775808]").integer(as: Int64.self) == nil)
    #expect(try first("[9223372036854775808]").integer(as: UInt64.self) == 1 << 63)
    #expect(try first("[18446744073709551615]").integer(as: UInt64.self) == .max)
    #expect(try first("[18446744073709551616]").integer(as: UInt64.self) == nil)
    #expect(
      try first("[10000000000000000999]").integer(as: UInt64.self) == 10_000_000_000_000_000_999)
    #expect(try first("[1.0]").int == nil)
    #expect(try first("[1E6]").int == nil)
    #expect(try first("[1E6]").double == 1e6)
    #expect(try first("[1.000000000000000005]").double == 1)
    #expect(try first("[1e-999]").double == 0)
    #expect(try first("[1e999]").double == nil)
    #expect(try first(#"["A\u0000B"]"#).utf8 == [0x41, 0, 0x42])
    let twice = try JSONValue(parsing: #"{"a":1,"a":2}"#)
    #expect(twice["a"]?.int == 2)
    #expect(twice.members.map { $0.value.int } == [1, 2])
    // The same letter, composed and decomposed: names are compared byte by byte.
    let forms = try JSONValue(parsing: "{\"\u{e9}\":\"NFC\",\"e\u{301}\":\"NFD\"}")
    #expect(forms["\u{e9}"]?.string == "NFC")
    #expect(forms["e\u{301}"]?.string == "NFD")
  }
}
