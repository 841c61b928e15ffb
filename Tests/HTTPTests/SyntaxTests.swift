// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import HTTP
import TestSupport
import Testing

@Suite struct DateTests {
  @Test func formats() {
    for date in [
      "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ] {
      #expect(HTTPDate.parse(bytes(date).span, now: 1_700_000_000) == 784_111_777, "\(date)")
      for count in 0..<date.utf8.count {
        #expect(HTTPDate.parse(Array(bytes(date)[..<count]).span) == nil)
      }
    }
    #expect(
      HTTPDate.parse(bytes("Friday, 31-Dec-99 23:59:60 GMT").span, now: 1_700_000_000)
        == 946_684_799)
    #expect(HTTPDate.parse(bytes("Thu, 29 Feb 2024 00:00:00 GMT").span) == 1_709_164_800)
    for wrong in [
      "Thu, 29 Feb 2023 00:00:00 GMT", "Thu, 00 Jan 2023 00:00:00 GMT",
      "Thu, 01 Jan 2023 24:00:00 GMT",
      "Thu, 01 jan 2023 00:00:00 GMT", "Thu, 01 Jan 2023 00:00:00 UTC",
      "Thu, 01 Jan 2023 00:00:00 GMTx",
      "Thursday, 01 Jan 2023 00:00:00 GMT", "01 Jan 2023 00:00:00 GMT", "", ",", "Thu", "Thu,",
    ] {
      #expect(HTTPDate.parse(bytes(wrong).span) == nil, "\(wrong)")
    }
  }

  /// Two digits stand for the last such year that is at most 50 years in the future (RFC 9110 section
  /// 5.6.7), to the second.
  @Test func twoDigitYears() {
    func year(_ digits: String, now: Int64, _ moment: String = "01-Jan") -> Int64? {
      HTTPDate.parse(bytes("Sunday, \(moment)-\(digits) 00:00:00 GMT").span, now: now)
    }
    func seconds(_ date: String) -> Int64? { HTTPDate.parse(bytes(date).span) }
    let now: Int64 = 1_795_824_000  // Sat, 28 Nov 2026 00:00:00
    #expect(seconds("Sat, 28 Nov 2026 00:00:00 GMT") == now)
    for (digits, full) in [
      ("26", 2026), ("27", 2027), ("00", 2000), ("94", 1994), ("70", 2070), ("75", 2075),
      ("77", 1977), ("99", 1999), ("76", 2076),
    ] {
      #expect(year(digits, now: now) == seconds("Thu, 01 Jan \(full) 00:00:00 GMT"), "\(digits)")
    }
    #expect(year("76", now: now, "28-Nov") == seconds("Sat, 28 Nov 2076 00:00:00 GMT"))
    #expect(year("76", now: now, "29-Nov") == seconds("Mon, 29 Nov 1976 00:00:00 GMT"))
    #expect(year("76", now: now - 1, "28-Nov") == seconds("Sun, 28 Nov 1976 00:00:00 GMT"))
    // At the end of a century, low years are in the next one.
    #expect(year("10", now: 4_070_908_800) == seconds("Wed, 01 Jan 2110 00:00:00 GMT"))
    #expect(year("49", now: 4_070_908_800) == seconds("Fri, 01 Jan 2149 00:00:00 GMT"))
    #expect(year("50", now: 4_070_908_800) == seconds("Sat, 01 Jan 2050 00:00:00 GMT"))
    #expect(year("00", now: .max) != nil && year("00", now: .min) != nil)
  }

  /// Compares with the C library over its whole calendar.
  @Test func againstTheCLibrary() {
    var numbers = SeededGenerator(seed: 1)
    for _ in 0..<fuzzIterations(2000) {
      let time = Int64.random(in: -62_135_596_800...253_402_300_799, using: &numbers)
      var clock = time_t(time)
      var parts = tm()
      _ = gmtime_r(&clock, &parts)
      var buffer = [CChar](repeating: 0, count: 64)
      let length = strftime(&buffer, buffer.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      var expected = buffer[..<length].map { UInt8(bitPattern: $0) }
      // The C library writes years below 1000 with fewer digits.
      while expected.count < 29 { expected.insert(0x30, at: 12) }
      var date: [UInt8] = []
      HTTPDate.append(time, to: &date)
      #expect(text(date) == text(expected))
      #expect(HTTPDate.parse(date.span) == time)
    }
  }

  @Test func extremes() {
    var date: [UInt8] = []
    HTTPDate.append(.max, to: &date)
    HTTPDate.append(.min, to: &date)
    #expect(text(date) == "Fri, 31 Dec 9999 23:59:59 GMTMon, 01 Jan 0001 00:00:00 GMT")
  }
}

@Suite struct RequestPathTests {
  private func path(_ target: String) -> String {
    do throws(RequestPath.Refusal) {
      return text(try RequestPath(decoding: bytes(target).span).bytes)
    } catch {
      return error == .malformed ? "malformed" : "none"
    }
  }

  @Test func normalised() {
    #expect(path("/") == "/" && path("/a") == "/a" && path("/a/") == "/a/")
    #expect(path("//a///b//") == "/a/b/" && path("/./a/./b/.") == "/a/b/" && path("/.") == "/")
    #expect(path("/a%20b/%41%2e%68tml") == "/a b/A.html")
    #expect(path("/.well-known/x...y/..z/...") == "/.well-known/x...y/..z/...")
    #expect(path("") == "malformed" && path("a") == "malformed")
    #expect(path("/%") == "malformed" && path("/%4") == "malformed" && path("/%g1") == "malformed")
    #expect(path("/" + String(repeating: "a", count: 256)) == "none")
  }

  @Test(arguments: [
    "/..", "/../etc/passwd", "/a/../b", "/a/..", "/%2e%2e/etc", "/.%2e/", "/%2E./x", "/a/%2e%2e",
    "/..%2fetc", "/a%2f..%2f..", "/%2f", "/a\\..\\b", "/a%5c..%5cb", "/a%00.html", "//../x",
    "/./../x", "/%2e%2e%2f",
  ])
  func traversal(_ target: String) { #expect(path(target) == "none") }

  /// What is encoded twice is a name with percent signs, and stays inside the root.
  @Test func doubleEncoding() {
    #expect(path("/%252e%252e/x") == "/%2e%2e/x")
    #expect(path("/%c0%ae%c0%ae/x").hasSuffix("/x"))
  }

  @Test func anythingGoes() {
    var numbers = SeededGenerator(seed: 2)
    let alphabet = bytes("/.%2efEFc5\\\u{0}a")
    for _ in 0..<fuzzIterations(20_000) {
      let target = (0..<Int.random(in: 0...24, using: &numbers)).map { _ in
        alphabet.randomElement(using: &numbers) ?? 0
      }
      guard let path = try? RequestPath(decoding: target.span) else { continue }
      let segments = path.bytes.split(separator: 0x2f, omittingEmptySubsequences: false)
      #expect(path.bytes.first == 0x2f && segments.first?.isEmpty == true)
      for segment in segments.dropFirst().dropLast() { #expect(!segment.isEmpty) }
      #expect(!segments.contains { $0.elementsEqual([0x2e]) || $0.elementsEqual([0x2e, 0x2e]) })
      #expect(!path.bytes.contains(0) && !path.bytes.contains(0x5c))
    }
  }
}
