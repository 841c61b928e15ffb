// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Multipart
import TestSupport
import Testing

@Suite struct HeaderTests {
  @Test func boundaries() throws {
    for (parameters, expected) in [
      ("; boundary=abc", "abc"), (";boundary=abc", "abc"), ("; BOUNDARY=abc", "abc"),
      ("; boundary=\"a b:c\"", "a b:c"),
      ("; charset=utf-8; boundary=abc; x=\"y;boundary=z\"", "abc"),
      ("; boundary=abc;", "abc"), (" ; boundary=abc ; x=y ; ", "abc"),
      ("; boundary=*****", "*****"),
      ("; boundary=----=_Part_1/2:3?4", "----=_Part_1/2:3?4"), ("; xboundary=b; boundary=a", "a"),
      ("; boundary=\"boundary=x\"", "boundary=x"),
      ("; boundary=" + String(repeating: "x", count: 70), String(repeating: "x", count: 70)),
    ] {
      for type in ["multipart/form-data", "Multipart/Form-Data"] {
        let text = Array((type + parameters).utf8)
        let boundary = try MultipartBoundary(contentType: text.span)
        #expect(boundary.bytes == Array(expected.utf8), "\(parameters)")
      }
    }
  }

  @Test func wrongContentTypes() {
    for (type, reason) in [
      ("", .otherType), ("text/plain; boundary=a", .otherType),
      ("multipart/mixed; boundary=a", .otherType),
      ("multipart/form-datax; boundary=a", .otherType), ("multipart/form-data", .noBoundary),
      ("multipart/form-data; charset=a", .noBoundary), ("multipart/form-data;", .noBoundary),
      ("multipart/form-data boundary=a", .otherType),
      ("multipart/form-data; boundary", .malformedParameters),
      ("multipart/form-data; boundary=", .malformedParameters),
      ("multipart/form-data; boundary=\"\"", .badBoundary),
      ("multipart/form-data; boundary=\"a ", .malformedParameters),
      ("multipart/form-data; boundary=\"a \"", .badBoundary),
      ("multipart/form-data; boundary=\" \"", .badBoundary),
      ("multipart/form-data; boundary=\"a\"b", .malformedParameters),
      ("multipart/form-data; boundary =a", .malformedParameters),
      ("multipart/form-data; boundary= a", .malformedParameters),
      ("multipart/form-data; boundary=a b", .malformedParameters),
      ("multipart/form-data; boundary=a,b", .malformedParameters),
      ("multipart/form-data; boundary=a, multipart/form-data; boundary=b", .malformedParameters),
      ("multipart/form-data;; boundary=a", .malformedParameters),
      ("multipart/form-data; =a", .malformedParameters),
      ("multipart/form-data; boundary=é", .badBoundary),
      ("multipart/form-data; boundary=\"a\\\"b\"", .badBoundary),
      ("multipart/form-data; boundary=\"a\tb\"", .badBoundary),
      ("multipart/form-data; boundary=\"a\\", .malformedParameters),
      ("multipart/form-data; boundary=" + String(repeating: "x", count: 71), .badBoundary),
    ] as [(String, MultipartError.Reason)] {
      #expect(throws: MultipartError(reason), "\(type)") {
        let bytes = Array(type.utf8)
        _ = try MultipartBoundary(contentType: bytes.span)
      }
    }
  }

  @Test func names() {
    for (parameters, name, filename) in [
      ("name=\"a\"", "a", nil), ("name=a", "a", nil), ("name=\"\"", "", nil),
      ("NAME=\"a\"", "a", nil),
      ("name=\"a\"; filename=\"\"", "a", ""), ("filename=\"b\"; name=\"a\"", "a", "b"),
      ("name=\"a;b=c\"; x=y; filename=\"d; name=e\"", "a;b=c", "d; name=e"),
      (#"name="a\"b\\c\d"; filename="\\\\""#, #"a"b\c\d"#, #"\\"#),
      (#"name="a"; filename="C:\dir\b.txt""#, "a", #"C:\dir\b.txt"#),
      // A file of a browser whose name ends with a backslash.
      (#"name="a"; filename="b\""#, "a", #"b\"#), (#"name="a"; filename="b\\""#, "a", #"b\"#),
      ("name=\"%22%0D%0A\"; filename=\"50%25 %0d%2\"", "\"\r\n", "50%25 %0d%2"),
      ("name=\"a\"; filename=\"=?utf-8?B?w6k=?=\"; filename*=utf-8''%C3%A9%2f", "a", "é/"),
      ("name=\"a\"; filename*=ISO-8859-1'en'%e9%A3b", "a", "é£b"),
      ("name=\"a\"; filename*=\"UTF-8''b\"", "a", "b"), ("name=é; filename=\"ü\"", "é", "ü"),
    ] as [(String, String, String?)] {
      let found = reports(headers("Content-Disposition: form-data; \(parameters)"), "b").first
      guard case .part(let part) = found else {
        Issue.record("\(parameters): \(String(describing: found))")
        continue
      }
      #expect(part.nameText == name, "\(parameters)")
      #expect(
        part.filename.map { String(decoding: $0, as: UTF8.self) } == filename, "\(parameters)")
    }
  }

  @Test func wrongHeaders() {
    let good = "Content-Disposition: form-data; name=a"
    for (lines, reason) in [
      ("", .notOneDisposition), ("Content-Type: text/plain", .notOneDisposition),
      ("Content-Disposition: form-data", .noName),
      ("Content-Disposition: form-data; filename=a", .noName),
      ("Content-Disposition: attachment; name=a", .noName),
      ("Content-Disposition: file; name=a", .noName),
      ("Content-Disposition:", .noName), (good + "; x", .malformedParameters),
      (good + " filename=b", .malformedParameters), (good + "; filename=\"b", .malformedParameters),
      (good + "; filename=b c", .malformedParameters),
      (good + "; filename = b", .malformedParameters),
      (good + "; filename=\"b\"c", .malformedParameters), ("\(good)\r\nx", .malformedHeader),
      ("\(good)\r\n : x", .malformedHeader), ("\(good)\r\n; filename=b", .malformedHeader),
      ("\(good)\r\n filename: b", .malformedHeader), ("x : y\r\n\(good)", .malformedHeader),
      ("x: \0\r\n\(good)", .malformedHeader), ("x: a\rb\r\n\(good)", .malformedHeader),
      ("x: a\n\(good)", .malformedHeader), ("x: \u{7f}\r\n\(good)", .malformedHeader),
      ("é: a\r\n\(good)", .malformedHeader), (": a\r\n\(good)", .malformedHeader),
      ("\(good)\r\nContent-Type: a\r\ncontent-type: a", .severalTypes),
      ("\(good)\r\nContent-Transfer-Encoding: base64", .transferEncoding),
      ("\(good)\r\nContent-Transfer-Encoding: quoted-printable", .transferEncoding),
      (good + "; filename*=b", .malformedFilename),
      (good + "; filename*=UTF-8'b", .malformedFilename),
      (good + "; filename*=UTF-16''b", .malformedFilename),
      (good + "; filename*=UTF-8''%", .malformedFilename),
      (good + "; filename*=UTF-8''%C3", .malformedFilename),
      (good + "; filename*=UTF-8''%zz", .malformedFilename),
      (good + "; filename*=UTF-8''a%00", .malformedFilename),
      (good + "; filename*=UTF-8''é", .malformedFilename),
      (good + "; filename*=\"\"", .malformedFilename),
    ] as [(String, MultipartError.Reason)] {
      #expect(reports(headers(lines), "b") == [.error(reason)], "\(lines.debugDescription)")
    }
    // The line end of the headers, and the empty line, are one.
    let body =
      "--b\r\n\(good)\r\n\r\n--b\r\nContent-Disposition: form-data; name=c\r\n\r\n\r\n--b--"
    #expect(reports(Array(body.utf8), "b") == [part("a"), .error(.boundaryInHeaders)])
  }

  @Test func errorsSayWhere() {
    var parser = MultipartParser(boundary("b"))
    let body = field("v").dropLast(9) + Array("\r\n--b\r\nx\r\n".utf8)
    // Once at its place, and then again.
    var position = 0
    for _ in 0..<2 {
      #expect(throws: MultipartError(.malformedHeader, offset: 60, part: 2)) {
        while true {
          position += try parser.next(Array(body[position...]).span) { $0.count }.consumed
        }
      }
    }
    let error = MultipartError(.headersTooLong, offset: 310, part: 2)
    #expect(error.text == "part 2, byte 310: the headers are too long")
    #expect(
      MultipartError(.boundaryMissing, offset: 7).text.hasPrefix("byte 7: no line has -- and "))
    #expect(MultipartError(.noBoundary).text == "the Content-Type has no parameter boundary")
  }
}
