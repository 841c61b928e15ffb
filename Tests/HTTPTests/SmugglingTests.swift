// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Testing
import Time

/// Requests whose end two recipients could find at different places. Each is refused, the connection
/// closes after the answer, and nothing that follows is taken for a request.
@Suite struct SmugglingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var request: String
    var status: Int
    var testDescription: String { name }
    init(_ name: String, _ request: String, _ status: Int = 400) {
      self.name = name
      self.request = request
      self.status = status
    }
  }

  static let cases: [Case] = [
    Case("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
    Case("two equal lengths", "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde"),
    Case("list of lengths", "Content-Length: 5, 5\r\n\r\nabcde"),
    Case("signed length", "Content-Length: +5\r\n\r\nabcde"),
    Case("negative length", "Content-Length: -5\r\n\r\nabcde"),
    Case("hexadecimal length", "Content-Length: 0x5\r\n\r\nabcde"),
    Case("empty length", "Content-Length: \r\n\r\n"),
    Case("length with a blank", "Content-Length: 1 0\r\n\r\nabcdefghij"),
    Case("length beyond 64 bits", "Content-Length: 18446744073709551621\r\n\r\nabcde"),
    Case("length beyond the limit", "Content-Length: 18446744073709551615\r\n\r\nabcde", 413),
    Case("length with chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Case("chunked with length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    Case("chunked with length 0", "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"),
    Case("chunked twice in a list", "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    Case("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
    Case("chunked not last", "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
    Case("chunked and identity", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    Case("hidden second coding", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n"),
    Case("unknown coding", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    Case("other coding first", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    Case("quoted coding", "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 501),
    Case("identity", "Transfer-Encoding: identity\r\n\r\n", 501),
    Case("empty coding", "Transfer-Encoding:\r\n\r\n", 501),
    Case("vertical tab before chunked", "Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\n"),
    Case("blank before the colon", "Content-Length : 5\r\n\r\nabcde"),
    Case("tab before the colon", "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n"),
    Case("folded field", "X: a\r\n Content-Length: 5\r\n\r\nabcde"),
    Case("folded coding", "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
    Case("blank before the first field", " X: a\r\n\r\n"),
    Case("bare CR in a value", "X: a\rContent-Length: 5\r\n\r\nabcde"),
    Case("bare CR before the end", "X: a\r\r\n\r\n"),
    Case("bare LF ends a field", "X: a\nContent-Length: 5\r\n\r\nabcde"),
    Case("bare LF ends the head", "X: a\r\n\n"),
    Case("NUL in a value", "X: a\u{0}b\r\n\r\n"),
    Case("NUL in a name", "Content\u{0}-Length: 5\r\n\r\n"),
    Case("no colon", "Content-Length 5\r\n\r\nabcde"),
    Case("empty name", ": 5\r\n\r\n"),
    Case("quoted name", "\"Content-Length\": 5\r\n\r\nabcde"),
    Case("non-ASCII name", "Content-L\u{e9}ngth: 5\r\n\r\nabcde"),
    Case("second host", "Host: b\r\n\r\n"),
    Case("second host the same", "Host: a\r\n\r\n"),
    Case("unknown expectation", "Expect: 200-ok\r\n\r\n", 417),
  ]

  @Test(arguments: cases) func refused(_ example: Case) {
    let connection = TestConnection()
    connection.receive(
      "POST / HTTP/1.1\r\nHost: a\r\n\(example.request)GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(connection.next() == nil)
    let answer = connection.flush()
    #expect(answer.hasPrefix("HTTP/1.1 \(example.status) "), "\(answer)")
    #expect(answer.contains("\r\nConnection: close\r\n"))
    #expect(connection.next() == nil)
    #expect(connection.flush().isEmpty)
    #expect(connection.machine.disposal == .endOutput)
  }

  static let requestLines: [Case] = [
    Case("no version", "GET /", 400),
    Case("two spaces", "GET  / HTTP/1.1"),
    Case("space in the target", "GET /a b HTTP/1.1"),
    Case("tab", "GET\t/ HTTP/1.1"),
    Case("space behind", "GET / HTTP/1.1 "),
    Case("space before", " GET / HTTP/1.1"),
    Case("lowercase version", "GET / http/1.1"),
    Case("short version", "GET / HTTP/1"),
    Case("long version", "GET / HTTP/1.10"),
    Case("HTTP/2", "GET / HTTP/2.0", 505),
    Case("HTTP/0.9", "GET / HTTP/0.9", 505),
    Case("no slash", "GET index.html HTTP/1.1"),
    Case("fragment", "GET /#a HTTP/1.1"),
    Case("asterisk for GET", "GET * HTTP/1.1"),
    Case("other scheme", "GET ftp://a/ HTTP/1.1"),
    Case("no authority", "GET http:///a HTTP/1.1"),
    Case("port without a host", "GET http://:80/ HTTP/1.1"),
    Case("two ports", "GET http://a:80:81/ HTTP/1.1"),
    Case("open bracket", "GET http://[::1/ HTTP/1.1"),
    Case("user in the authority", "GET http://a@b/ HTTP/1.1"),
    Case("non-ASCII target", "GET /\u{e9} HTTP/1.1"),
    Case("no token", "G(T / HTTP/1.1"),
    Case("TLS hello", "\u{16}\u{3}\u{1}\u{2}"),
  ]

  @Test(arguments: requestLines) func requestLine(_ example: Case) {
    let connection = TestConnection()
    connection.receive("\(example.request)\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(connection.next() == nil)
    let answer = connection.flush()
    #expect(answer.hasPrefix("HTTP/1.1 \(example.status) "), "\(answer)")
    #expect(connection.next() == nil)
  }

  /// Well-formed extensions behind a size are skipped.
  @Test(arguments: [
    "3;a", "3;a;b", "3;a=b", "3;a=b;c=d;e", "3;a=\"b\"", "3;a=\"b c;d\t=\";e", "3;a=\"\"",
    "3;a=\"\\\"\\\\\"", "0003;!#$%&'*+-.^_`|~=1", "3;a=\"\u{e9}\"",
  ])
  func extensions(_ line: String) {
    let connection = TestConnection()
    connection.receive(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(line)\r\nabc\r\n0;x=\"y\"\r\n\r\n"
    )
    #expect(connection.next() != nil)
    let read = connection.readBody()
    #expect(read.progress == .over && text(read.body) == "abc")
  }

  @Test func codingInOldVersion() {
    let connection = TestConnection()
    connection.receive("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    #expect(connection.next() == nil)
    #expect(connection.flush().hasPrefix("HTTP/1.1 400 "))
  }

  static let chunks: [Case] = [
    Case("no size", "\r\nabc\r\n0\r\n\r\n"),
    Case("negative size", "-1\r\nabc\r\n0\r\n\r\n"),
    Case("prefix", "0x3\r\nabc\r\n0\r\n\r\n"),
    Case("blank before", " 3\r\nabc\r\n0\r\n\r\n"),
    Case("size beyond 64 bits", "10000000000000003\r\nabc\r\n0\r\n\r\n"),
    Case("size beyond the limit", "ffffffffffffff\r\nabc\r\n0\r\n\r\n", 413),
    Case("bare LF behind the size", "3\nabc\r\n0\r\n\r\n"),
    Case("blank behind the size", "3 \r\nabc\r\n0\r\n\r\n"),
    Case("tab behind the size", "3\t\r\nabc\r\n0\r\n\r\n"),
    Case("blank before an extension", "3 ;a\r\nabc\r\n0\r\n\r\n"),
    Case("blank in an extension", "3; a\r\nabc\r\n0\r\n\r\n"),
    Case("blank behind an extension", "3;a \r\nabc\r\n0\r\n\r\n"),
    Case("blank before its value", "3;a= b\r\nabc\r\n0\r\n\r\n"),
    Case("blank behind a quote", "3;a=\"b\" \r\nabc\r\n0\r\n\r\n"),
    Case("blanks behind the last size", "0 \r\n\r\n"),
    Case("empty extension", "3;\r\nabc\r\n0\r\n\r\n"),
    Case("empty extension before another", "3;;a\r\nabc\r\n0\r\n\r\n"),
    Case("empty extension at the end", "0;\r\n\r\n"),
    Case("extension without a name", "3;=b\r\nabc\r\n0\r\n\r\n"),
    Case("extension without its value", "3;a=\r\nabc\r\n0\r\n\r\n"),
    Case("second value", "3;a=b=c\r\nabc\r\n0\r\n\r\n"),
    Case("no token", "3;a(b\r\nabc\r\n0\r\n\r\n"),
    Case("open quote", "3;a=\"b\r\nabc\r\n0\r\n\r\n"),
    Case("open quote by a backslash", "3;a=\"b\\\"\r\nabc\r\n0\r\n\r\n"),
    Case("quote in a value", "3;a=b\"c\"\r\nabc\r\n0\r\n\r\n"),
    Case("text behind a quote", "3;a=\"b\"c\r\nabc\r\n0\r\n\r\n"),
    Case("quoted name", "3;\"a\"\r\nabc\r\n0\r\n\r\n"),
    Case("comma for a semicolon", "3,a\r\nabc\r\n0\r\n\r\n"),
    Case("bare CR in extensions", "3;a\rb\r\nabc\r\n0\r\n\r\n"),
    Case("bare LF in extensions", "3;a\nb\r\nabc\r\n0\r\n\r\n"),
    Case("data too long", "3\r\nabcd\r\n0\r\n\r\n"),
    Case("bare LF behind the data", "3\r\nabc\n0\r\n\r\n"),
    Case("underscore", "3_0\r\nabc\r\n0\r\n\r\n"),
    Case("trailer without colon", "0\r\nabc\r\n\r\n"),
    Case("trailer folded", "0\r\nA: b\r\n c\r\n\r\n"),
    Case("trailer with bare LF", "0\r\nA: b\nC: d\r\n\r\n"),
  ]

  @Test(arguments: chunks) func chunk(_ example: Case) {
    let connection = TestConnection()
    connection.receive(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(example.request)")
    connection.receive("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(connection.next() != nil)
    #expect(connection.readBody().progress == .failed)
    let answer = connection.flush()
    #expect(answer.hasPrefix("HTTP/1.1 \(example.status) "), "\(answer)")
    #expect(connection.next() == nil)
    #expect(connection.machine.disposal == .endOutput)
  }
}
