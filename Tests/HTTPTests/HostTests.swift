// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import HTTP
import TestSupport
import Testing

/// Hosts by the grammar of RFC 3986 section 3.2.2, in Host fields (RFC 9110 section 7.2) and in targets
/// (RFC 9112 section 3.2). Anything else gets 400.
@Suite struct HostTests {
  /// Nil if the request is accepted, otherwise the status of its refusal.
  private func refusal(_ request: String) -> String? {
    let connection = TestConnection()
    connection.receive(request)
    if connection.next() != nil { return nil }
    return String(connection.flush().dropFirst(9).prefix(3))
  }

  static let names = [
    "a", "A.example", "example.com", "example.com.", "xn--bcher-kva.example", "a-b_c~d", "-", "..",
    "a:80", "example.com:8080", "a:0", "a:65535", "a:00080", "a:", "localhost:5555", "1", "1e3",
    "127.0.0.1", "127.0.0.1:80", "256.1.1.1", "1.2.3", "1.2.3.4.5", "0x7f.1", "%41", "%e2%82%ac",
    "a%2Fb:1", "!$&'()*+,;=", "a,b", String(repeating: "a", count: 300),
  ]

  static let addresses = [
    "[::]", "[::1]", "[::1]:80", "[::1]:", "[1::]", "[1:2:3:4:5:6:7:8]", "[1::8]:443",
    "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]", "[2001:DB8::ff00:42:8329]", "[::ffff:192.0.2.1]",
    "[1:2:3:4:5:6:192.0.2.255]", "[::0.0.0.0]", "[1:2:3:4:5::1.2.3.4]", "[v1.a]", "[vF.a:b]:1",
    "[V7f.!$&'()*+,;=~]",
  ]

  static let wrong = [
    "a:x", "a:80:80", "a::80", "a:-1", "a:+80", "a: 80", "a :80", "a:65536",
    "a:99999999999999999999",
    "a:8o", "a:0x50", ":80", ":", "a b", "a\tb", "a/b", "a?b", "a#b", "a@b", "u:p@a", "http://a",
    "a\\b", "\"a\"", "<a>", "a|b", "a^b", "`a`", "{a}", "a, b", "\u{e9}.example",
    "%", "%4", "%zz", "a%", "a%4", "%4g", "a%:80", "%u0041",
    "::1", "1::2", "[", "]", "[]", "[:]", "[]:80", "[::1", "::1]", "[::1]80", "[::1]a", "[::1]:x",
    "[::1]:65536", "[::1]]", "[[::1]]", "[::1]::80", "a[::1]", "[a]", "[1]", "[:::]", "[1:::2]",
    "[1::2::3]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4::5:6:7:8]", "[:1::2]",
    "[::1:]",
    "[12345::]", "[g::]", "[::1%25eth0]", "[fe80::1%eth0]", "[ ::1]", "[127.0.0.1]",
    "[::256.1.1.1]",
    "[::1.2.3]", "[::1.2.3.4.5]", "[::01.2.3.4]", "[::1.2.3.4:5]", "[1:2:3:4:5:6:7:1.2.3.4]",
    "[v.a]", "[v1a]", "[v1.]", "[vg.a]", "[v1.a/b]", "[v1.%41]",
  ]

  @Test(arguments: names + addresses) func taken(_ host: String) {
    #expect(refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == nil)
    #expect(refusal("GET / HTTP/1.1\r\nHost:\t \(host) \r\n\r\n") == nil, "whitespace around it")
    #expect(refusal("GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n") == nil)
    #expect(refusal("GET https://\(host)?a HTTP/1.1\r\nHost: x\r\n\r\n") == nil)
  }

  @Test(arguments: wrong) func refused(_ host: String) {
    #expect(refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == "400")
    #expect(refusal("GET / HTTP/1.0\r\nHost: \(host)\r\n\r\n") == "400")
    #expect(
      refusal("GET http://a/ HTTP/1.1\r\nHost: \(host)\r\n\r\n") == "400", "with a valid target")
    // A slash or a question mark ends an authority.
    guard !host.contains(where: { "/?".contains($0) }) else { return }
    #expect(refusal("GET http://\(host)/ HTTP/1.1\r\nHost: a\r\n\r\n") == "400")
  }

  /// Compares IPv6 addresses with the C library.
  @Test func addressesAgainstTheCLibrary() {
    var numbers = SeededGenerator(seed: 4)
    let parts = [
      "0", "1", "f", "2001", "DB8", "12345", ":", ":", ":", "::", "::", ".", "1.2.3.4", "255",
      "256", "g",
    ]
    var found = 0
    for _ in 0..<fuzzIterations(20_000) {
      let count = Int.random(in: 1...16, using: &numbers)
      var text = (0..<count).map { _ in parts.randomElement(using: &numbers) ?? "" }.joined()
      if Bool.random(using: &numbers) {
        // Random parts seldom make a near miss.
        text = (0..<Int.random(in: 6...9, using: &numbers)).map { _ in
          Int.random(in: 0..<8, using: &numbers) == 0 ? "" : "a1"
        }.joined(separator: ":")
      }
      var address = in6_addr()
      let isAddress = inet_pton(AF_INET6, text, &address) == 1
      found += isAddress ? 1 : 0
      #expect((refusal("GET / HTTP/1.1\r\nHost: [\(text)]\r\n\r\n") == nil) == isAddress, "\(text)")
    }
    #expect(found > 100)
  }

  /// A client sends an empty Host field only if its target has no host.
  @Test func none() {
    #expect(refusal("GET / HTTP/1.1\r\nHost:\r\n\r\n") == nil)
    #expect(refusal("GET / HTTP/1.1\r\nHost: \t \r\n\r\n") == nil)
    #expect(refusal("GET / HTTP/1.0\r\n\r\n") == nil)
    #expect(refusal("GET / HTTP/1.1\r\n\r\n") == "400")
    #expect(refusal("GET http://a/ HTTP/1.1\r\n\r\n") == "400")
    for target in ["http:///", "http://", "http://?a", "http://:80/", "https://:/"] {
      #expect(refusal("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n") == "400", "\(target)")
    }
    for fields in ["Host: a\r\nHost: a", "Host: a\r\nhost:", "Host:\r\nHost:"] {
      #expect(refusal("GET / HTTP/1.1\r\n\(fields)\r\n\r\n") == "400", "\(fields)")
    }
  }

  /// `authority-form` has a host and a port (RFC 9112 section 3.2.3).
  @Test func tunnels() {
    for target in ["a:443", "[::1]:443", "192.0.2.1:1"] {
      #expect(refusal("CONNECT \(target) HTTP/1.1\r\nHost: a\r\n\r\n") == nil, "\(target)")
    }
    for target in ["a", "a:", ":443", "a:x", "/", "http://a:443/", "a:443/", "[::1]", "a@b:1"] {
      #expect(refusal("CONNECT \(target) HTTP/1.1\r\nHost: a\r\n\r\n") == "400", "\(target)")
    }
  }
}
