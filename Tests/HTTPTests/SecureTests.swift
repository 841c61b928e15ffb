// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Testing
import Time

/// What a server does differently for connections with TLS and without.
struct SecureTests {
  private func answer(
    _ request: String, isSecure: Bool, _ change: (inout HTTPServer.Settings) -> Void
  ) throws -> String {
    var settings = HTTPServer.Settings()
    settings.date = { 0 }
    change(&settings)
    var router = Router()
    router.get("/*path") { _ in .html("here") }
    router.post("/*path") { _ in .html("here") }
    var server = HTTPServer(router, settings)
    let opened = server.open(now: .start)
    let stream = try #require(opened)
    if isSecure { server.setSecure(stream) }
    _ = server.receive(stream, [UInt8](request.utf8).span, now: .start)
    return server.withOutput(stream) { String(decoding: [UInt8](copying: $0), as: UTF8.self) } ?? ""
  }

  private static func get(_ target: String, host: String = "example.org:80") -> String {
    "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
  }

  @Test(arguments: [
    ("/", "example.org", 443, "https://example.org/"),
    ("/a/b?c=d%20e", "example.org:80", 443, "https://example.org/a/b?c=d%20e"),
    ("/a", "example.org:5555", 5556, "https://example.org:5556/a"),
    ("/", "[2001:db8::1]:80", 443, "https://[2001:db8::1]/"),
    ("http://other.example:8080/x?y", "example.org", 443, "https://other.example/x?y"),
    ("//evil.example/", "example.org", 443, "https://example.org//evil.example/"),
  ])
  func redirects(_ target: String, _ host: String, _ port: Int, _ location: String) throws {
    let text = try answer(Self.get(target, host: host), isSecure: false) {
      $0.secureRedirect = UInt16(port)
    }
    #expect(text.hasPrefix("HTTP/1.1 308 Permanent Redirect\r\n"))
    #expect(text.contains("\r\nLocation: \(location)\r\n"))
    #expect(!text.contains("here"))
  }

  @Test func redirectsEveryMethod() throws {
    let text = try answer(
      "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", isSecure: false
    ) { $0.secureRedirect = 443 }
    #expect(text.hasPrefix("HTTP/1.1 308 "))
    #expect(text.contains("\r\nLocation: https://a/form\r\n"))
  }

  @Test(arguments: [
    "GET / HTTP/1.0\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
  ])
  func refusesWhatHasNoPlace(_ request: String) throws {
    let text = try answer(request, isSecure: false) { $0.secureRedirect = 443 }
    #expect(text.hasPrefix("HTTP/1.1 4") || text.hasPrefix("HTTP/1.1 501"))
    #expect(!text.contains("Location"))
  }

  @Test func doesNotRedirectWhatIsSecure() throws {
    let text = try answer(Self.get("/"), isSecure: true) { $0.secureRedirect = 443 }
    #expect(text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix("here"))
  }

  /// RFC 6797, 7.2: never without TLS.
  @Test func asksForStrictTransportOnlyOverTLS() throws {
    let line = "\r\nStrict-Transport-Security: max-age=31536000\r\n"
    for isSecure in [true, false] {
      for redirects in [true, false] {
        let text = try answer(Self.get("/"), isSecure: isSecure) {
          $0.strictTransportSeconds = 31_536_000
          $0.secureRedirect = redirects ? 443 : nil
        }
        #expect(text.contains(line) == isSecure)
        #expect(text.contains("\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"))
      }
    }
  }

  @Test func strictTransportComesWithoutADate() throws {
    let text = try answer(Self.get("/"), isSecure: true) {
      $0.strictTransportSeconds = 60
      $0.date = nil
    }
    #expect(text.contains("\r\nStrict-Transport-Security: max-age=60\r\n"))
    #expect(!text.contains("Date:"))
  }
}
