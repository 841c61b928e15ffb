// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import Multipart
import TestSupport
import Testing

/// Ten ways in which parsers of other projects have failed, each with one test.
@Suite struct FailureModeTests {
  private func value(_ body: [UInt8], _ name: String = "b", ends: [Int] = []) -> String? {
    let found = reports(body, name, ends: ends)
    guard found.count == 4, case .data(let bytes) = found[1], found.last == .finished else {
      return found.count == 3 && found.last == .finished ? "" : nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// 1. A boundary line that arrives in two pieces was missed, or its CR LF left in the data.
  @Test func aDelimiterInPieces() {
    let body = field("value")
    for first in body.indices {
      for second in first..<body.count {
        #expect(value(body, ends: [first, second]) == "value", "\(first), \(second)")
      }
    }
  }

  /// 2. A CR or LF before the delimiter hid it, or took time in proportion to the square of the data.
  @Test func lineEndsBeforeTheDelimiter() {
    for end in [
      "\r", "\n", "\r\n", "\n\r", "\r\r", "\n\n", "\r\n\r\n", "\r\n\r", "\r\n-", "\r\n--",
    ] {
      for count in 1...5 {
        let text = String(repeating: end, count: count)
        #expect(value(field(text)) == text)
        #expect(value(field("x" + text)) == "x" + text)
        for place in field(text).indices { #expect(value(field(text), ends: [place]) == text) }
      }
    }
    for pattern in [
      "\r", "\n", "\r\n", "\r\n--", "\r\n--bb", "\r\n--b-", "-", "b", "\r\n--b \t ", "\r\n--bx",
      "\r\n--b--x",
    ] {
      let short = Self.duration(
        field(String(repeating: pattern, count: 20_000 / pattern.utf8.count)))
      let long = Self.duration(
        field(String(repeating: pattern, count: 320_000 / pattern.utf8.count)))
      #expect(long < 60 * short + 0.005, "\(pattern.debugDescription): \(short), \(long)")
    }
  }

  /// 3. A preamble, or a CR LF before the first boundary, was taken for a part or refused.
  @Test func preambles() {
    for preamble in [
      "", "\r\n", "\r\n\r\n", "text\r\n", "--\r\n", "--c\r\n", "\r\n--bc\r\n", "\r\r\n",
    ] {
      let body = Array(preamble.utf8) + field("value")
      for end in body.indices { #expect(value(body, ends: [end]) == "value", "\(preamble)") }
    }
    // Not a boundary line, as it is not at the beginning of a line.
    #expect(reports(Array("text--b--\r\n".utf8), "b") == [.error(.boundaryMissing)])
  }

  /// 4. The boundary ended the data where it stood within a line, or began a longer one.
  @Test func boundariesThatAreData() {
    for text in [
      "--b", "x--b\r\n", "\n--b\r\n", "\r--b\r\n", "x\r\n--bx\r\ny", "\r\n--b-\r\n",
      "\r\n--b---\r\n",
      "\r\n--b--x", "\r\n--b -- \r\n", "\r\n--b\n", "\r\n--b\r", "\r\n--b\rx", "\r\n --b\r\n",
      "\r\n-b",
      "\r\n--B\r\n", "\r\n--b--\n", "\r\n--b--\r\r\n", "\r\n--b x\r\n", "\r\n--b- -\r\n",
    ] {
      let body = field("x" + text)
      #expect(value(body) == "x" + text, "\(text.debugDescription)")
      for end in body.indices { #expect(value(body, ends: [end]) == "x" + text) }
    }
  }

  /// 5. Dashes at the beginning of a boundary were taken for those that come before it.
  @Test func boundariesOfDashes() {
    for name in ["-", "--", "---", "----", "-b", "--b", "----b", "b-", "b--", "--b--"] {
      let text = "\r\n--\r\n-\r\n\(name)\r\n\(name)-"
      let body = Array(
        "--\(name)\r\nContent-Disposition: form-data; name=a\r\n\r\nx\(text)\r\n--\(name)--\r\n"
          .utf8)
      // The boundary `--` has `----` as its line, and `------` as its last one.
      for end in body.indices {
        #expect(value(body, name, ends: [end]) == "x" + text, "\(name), \(end)")
      }
    }
  }

  /// 6. Headers were held without a limit, as one long line or as many short ones.
  @Test func endlessHeaders() {
    var limits = MultipartLimits()
    limits.headerBytes = 100
    let name = "Content-Disposition: form-data; name=a\r\n"
    let fits = name + "x: " + String(repeating: "y", count: 100 - name.utf8.count - 7)
    #expect(reports(headers(fits), "b", limits: limits).last == .finished)
    #expect(reports(headers(fits + "y"), "b", limits: limits) == [.error(.headersTooLong)])
    for endless in ["x", "x: y\r\n", "x:\t", "x: \r\n"] {
      let body = Array("--b\r\n\(name)\(String(repeating: endless, count: 5000))".utf8)
      for size in [1, 7, body.count] {
        let found = reports(
          body, "b", ends: Array(stride(from: size, to: body.count, by: size)), limits: limits)
        #expect(found == [.error(.headersTooLong)], "\(endless)")
      }
    }
    limits = MultipartLimits()
    limits.headerCount = 3
    for (count, end) in [(2, Report.finished), (3, .error(.headersTooLong))] {
      let lines = name + Array(repeating: "x: y", count: count).joined(separator: "\r\n")
      #expect(reports(headers(lines), "b", limits: limits).last == end)
    }
    let many = Array(repeating: "--b\r\n\(name)\r\n\r\n", count: 5).joined() + "--b--"
    limits.partCount = 5
    #expect(reports(Array(many.utf8), "b", limits: limits).last == .finished)
    limits.partCount = 4
    #expect(reports(Array(many.utf8), "b", limits: limits).last == .error(.tooManyParts))
  }

  /// 7. A preamble or an epilogue was read without a limit.
  @Test func endlessPreambleAndEpilogue() {
    var limits = MultipartLimits()
    (limits.preambleBytes, limits.epilogueBytes) = (100, 50)
    for text in ["x", "\r", "\r\n", "\r\n--b-", "-"] {
      for size in [1, 7, 1000] {
        let endless = Array(String(repeating: text, count: 1000).utf8)
        let ends = Array(stride(from: size, to: endless.count, by: size))
        #expect(reports(endless, "b", ends: ends, limits: limits) == [.error(.preambleTooLong)])
        let after = field("") + endless
        let found = reports(after, "b", ends: ends, limits: limits)
        #expect(found.last == .error(.epilogueTooLong))
      }
    }
    let most = [UInt8](repeating: 120, count: 100) + [13, 10] + field("v")
    #expect(
      reports(most + [UInt8](repeating: 13, count: 50), "b", limits: limits).last == .finished)
    let padding = Array("--b\(String(repeating: " ", count: 1000))".utf8)
    #expect(reports(padding, "b") == [.error(.paddingTooLong)])
  }

  /// 8. Of two boundaries, or of two file names, a filter saw one and the parser the other.
  @Test func twoOfAKind() throws {
    for parameters in [
      "boundary=a; boundary=b", "boundary=b; Boundary=b", "boundary=a; boundary*=UTF-8''b",
      "boundary*0=a; boundary*1=b", "boundary*=utf-8''b",
    ] {
      let type = Array("multipart/form-data; \(parameters)".utf8)
      #expect(throws: MultipartError(.ambiguousParameter)) {
        _ = try MultipartBoundary(contentType: type.span)
      }
    }
    for parameters in [
      "name=a; name=b", "name=a; filename=b; filename=b", "name=a; filename*0=b; filename*1=c",
      "name=a; name*=UTF-8''b", "name*0=a", "name=a; filename*=UTF-8''b; filename*=UTF-8''b",
    ] {
      let body = headers("Content-Disposition: form-data; \(parameters)")
      #expect(reports(body, "b") == [.error(.ambiguousParameter)], "\(parameters)")
    }
    let disposition = "Content-Disposition: form-data; name=a"
    #expect(
      reports(headers("\(disposition)\r\n\(disposition)"), "b") == [.error(.notOneDisposition)])
    // Both file names are read, and the handler can tell.
    for (names, filename, areTwo) in [
      ("filename=b.txt; filename*=UTF-8''b.txt", "b.txt", false),
      ("filename=b.txt; filename*=UTF-8''c.sh", "c.sh", true),
      ("filename*=UTF-8''c.sh; filename=b.txt", "c.sh", true),
    ] {
      guard case .part(let part) = reports(headers("\(disposition); \(names)"), "b").first else {
        Issue.record("no part: \(names)")
        continue
      }
      #expect(part.filename.map { String(decoding: $0, as: UTF8.self) } == filename)
      #expect(part.hasTwoFilenames == areTwo)
    }
  }

  /// 9. A parser waited for more, or did not stop, where the last boundary was missing or malformed.
  @Test func malformedEnds() {
    let start = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nv"
    for end in [
      "", "\r", "\r\n", "\r\n-", "\r\n--", "\r\n--b", "\r\n--b-", "\r\n--b\r", "\r\n--b--\r",
      "\n--b--\n",
      "\r\n--c--\r\n", "\r\n--b--x\r\n", "--b--\r\n", "\r\n--b-- x",
    ] {
      let body = Array((start + end).utf8)
      for place in body.indices {
        #expect(reports(body, "b", ends: [place]).last == .error(.unexpectedEnd), "\(end)")
      }
    }
    let next = reports(Array((start + "\r\n--b\r\n").utf8), "b")
    #expect(next == [part("a"), data("v"), .ended, .error(.unexpectedEnd)])
    #expect(reports([], "b") == [.error(.boundaryMissing)])
    for end in [
      "\r\n--b--", "\r\n--b-- \t", "\r\n--b--\r\n", "\r\n--b--\r\n\r\n--b\r\n", "\r\n--b-- \r\nx",
    ] {
      #expect(reports(Array((start + end).utf8), "b") == [part("a"), data("v"), .ended, .finished])
    }
  }

  /// 10. The data ended at its first empty line, or a file name was used as a path.
  @Test func emptyLinesAndPaths() {
    for text in [
      "\r\n\r\nx", "x\r\n\r\ny\r\n\r\n", "\n\n", "Content-Type: x\r\n\r\ny", ": \r\n\r\n",
    ] {
      #expect(value(field(text)) == text)
    }
    for (filename, safe) in [
      ("a.txt", "a.txt"), ("/etc/passwd", "passwd"), ("../../a", "a"),
      (#"C:\fakepath\a.txt"#, "a.txt"),
      (#"..\..\a"#, "a"), ("a/", nil), ("..", nil), (".", nil), ("", nil), ("/", nil),
      ("a/..", nil),
      ("a\u{0}b", "ab"), ("a\r\nb", "ab"), ("...", "..."), ("a\u{7f}", "a"),
      (".profile", ".profile"), ("é/ü", "ü"),
    ] as [(String, String?)] {
      var part = MultipartPart()
      part.filename = Array(filename.utf8)
      #expect(part.safeFilename.map { String(decoding: $0, as: UTF8.self) } == safe, "\(filename)")
    }
    var part = MultipartPart()
    part.filename = [0x61, 0xc0, 0xaf, 0x62]
    #expect(part.safeFilename == Array("a\u{fffd}\u{fffd}b".utf8))
  }

  /// Seconds that this thread computes to parse a body.
  private static func duration(_ body: [UInt8]) -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    return (0..<3).map { _ in
      let begun = now()
      var parser = MultipartParser(boundary("b"))
      var position = 0
      while let step = try? parser.next(
        body.span.extracting(position..<body.count), isLast: true, data: { $0.count }),
        step.event != .finished
      {
        position += step.consumed
      }
      return now() - begun
    }.min() ?? 0
  }
}
