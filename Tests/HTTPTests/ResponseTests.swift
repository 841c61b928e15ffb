// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing

private func request(_ fields: String = "", method: String = "GET", target: String = "/")
  -> RequestHead?
{
  let connection = TestConnection()
  connection.receive("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
  return connection.next()
}

@Suite struct RangeTests {
  private func parse(_ field: String, size: UInt64 = 100, method: String = "GET") throws
    -> ByteRanges.Request
  {
    ByteRanges.parse(try #require(request("Range: \(field)\r\n", method: method)), size: size)
  }

  @Test func single() throws {
    #expect(try parse("bytes=0-0") == .parts([0..<1]))
    #expect(try parse("bytes=10-19") == .parts([10..<20]))
    #expect(try parse("Bytes=90-") == .parts([90..<100]))
    #expect(try parse("bytes=90-1000") == .parts([90..<100]))
    #expect(try parse("bytes=-10") == .parts([90..<100]))
    #expect(try parse("bytes=-1000") == .parts([0..<100]))
    #expect(try parse("bytes=99-18446744073709551615") == .parts([99..<100]))
  }

  @Test func several() throws {
    #expect(try parse("bytes=0-0, 5-6,,-1") == .parts([0..<1, 5..<7, 99..<100]))
    #expect(try parse("bytes=0-0,200-300") == .parts([0..<1]))
    #expect(try parse("bytes=0-99,0-99") == .whole)
    #expect(try parse("bytes=" + (0..<17).map { "\($0)-\($0)" }.joined(separator: ",")) == .whole)
  }

  /// Sizes that a lying file system server may report.
  @Test(arguments: [.max, .max - 1, 1 << 63] as [UInt64]) func hugeFiles(_ size: UInt64) throws {
    #expect(try parse("bytes=0-", size: size) == .parts([0..<size]))
    #expect(try parse("bytes=0-,0-", size: size) == .whole)
    let file = SiteFile(path: [], size: size, modified: .max, modifiedNanoseconds: .max)
    for field in ["bytes=0-", "bytes=1-,0-0", "bytes=0-0,-18446744073709551615", "bytes=-1,0-0"] {
      let head = try #require(request("Range: \(field)\r\n"))
      _ = FilePlan(file, type: "text/plain", for: head)
    }
  }

  @Test func none() throws {
    for field in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=18446744073709551615-"] {
      #expect(try parse(field) == .unsatisfiable, "\(field)")
    }
    #expect(try parse("bytes=0-", size: 0) == .unsatisfiable)
    for field in [
      "bytes", "bytes=", "bytes=a-b", "bytes=5", "bytes=5-4", "bytes=-", "items=0-1", "bytes=1-2-3",
      "bytes=0-18446744073709551616", "bytes=+1-2", "bytes=0x1-2",
    ] {
      #expect(try parse(field) == .whole, "\(field)")
    }
    #expect(try parse("bytes=0-0", method: "POST") == .whole)
    let twice = try #require(request("Range: bytes=0-0\r\nRange: bytes=1-1\r\n"))
    #expect(ByteRanges.parse(twice, size: 9) == .whole)
  }
}

@Suite struct ConditionTests {
  private let tag = EntityTag(seconds: 0x10, nanoseconds: 2, size: 3, coding: nil)

  private func evaluate(_ fields: String, method: String = "GET") throws -> Conditions.Verdict {
    Conditions.evaluate(
      try #require(request(fields, method: method)), tag: tag, modified: 784_111_777, now: 0)
  }

  @Test func tags() throws {
    #expect(text(tag.bytes) == "\"10-2-3\"")
    #expect(try evaluate("") == .proceed)
    for field in ["\"10-2-3\"", "W/\"10-2-3\"", "\"x\", \"10-2-3\"", "*", "\"a,b\" , \"10-2-3\""] {
      #expect(try evaluate("If-None-Match: \(field)\r\n") == .notModified, "\(field)")
    }
    #expect(try evaluate("If-None-Match: \"x\"\r\n") == .proceed)
    #expect(try evaluate("If-None-Match: \"10-2-3\"\r\n", method: "PUT") == .failed)
    #expect(try evaluate("If-Match: \"10-2-3\"\r\n") == .proceed)
    #expect(try evaluate("If-Match: W/\"10-2-3\"\r\n") == .failed)
    #expect(try evaluate("If-Match: *\r\n") == .proceed)
  }

  /// Several fields are one list (RFC 9110 section 5.3).
  @Test func tagsInSeveralLines() throws {
    for name in ["If-None-Match", "if-none-match"] {
      let other = "X: y\r\n"
      #expect(try evaluate("\(name): \"x\"\r\n\(name): \"10-2-3\"\r\n") == .notModified)
      #expect(try evaluate("\(name): \"10-2-3\"\r\n\(other)\(name): \"x\"\r\n") == .notModified)
      #expect(try evaluate("\(name):\r\n\(name): , W/\"10-2-3\",,\r\n") == .notModified)
      #expect(try evaluate("\(name): \"x\"\r\n\(name): \"y\"\r\n") == .proceed)
    }
    #expect(try evaluate("If-Match: \"x\"\r\nIf-Match: \"y\", \"10-2-3\"\r\n") == .proceed)
    #expect(try evaluate("If-Match: \"x\"\r\nIf-Match: \"y\"\r\n") == .failed)
    #expect(try evaluate("If-Match: W/\"10-2-3\"\r\nIf-Match: \"x\"\r\n") == .failed)
    #expect(try evaluate("If-Match:\r\n") == .failed)
    // `*` counts only if it stands alone.
    #expect(try evaluate("If-None-Match: *\r\nIf-None-Match: \"x\"\r\n") == .proceed)
    #expect(try evaluate("If-Match: \"x\"\r\nIf-Match: *\r\n") == .failed)
    // Two fields mean the same as one.
    #expect(try evaluate("If-None-Match: *, \"x\"\r\n") == .proceed)
    // In a tag, a backslash does not escape anything.
    #expect(try evaluate("If-None-Match: \"\\\", \"10-2-3\"\r\n") == .notModified)
    #expect(try evaluate("If-None-Match: \"10-2-3\r\nIf-None-Match: \"x\"\r\n") == .proceed)
    #expect(try evaluate("If-None-Match: \"x, \"10-2-3\"\r\n") == .proceed, "an open quote")
  }

  /// Several dates are ignored (RFC 9110 section 13.1.3).
  @Test func datesInSeveralLines() throws {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    let line = "If-Modified-Since: \(date)\r\n"
    #expect(try evaluate(line) == .notModified && evaluate(line + line) == .proceed)
    let old = "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n"
    #expect(try evaluate(old) == .failed && evaluate(old + old) == .proceed)
    let range = "If-Range: \"10-2-3\"\r\n"
    let head = try #require(request(range + range))
    #expect(!Conditions.allowsRange(head, tag: tag, modified: 784_111_777, now: 0))
  }

  /// A year of two digits is relative to the known time, or else to the file's.
  @Test func oldDates() throws {
    func verdict(_ date: String, modified: Int64, now: Int64) throws -> Conditions.Verdict {
      let head = try #require(request("If-Modified-Since: \(date)\r\n"))
      return Conditions.evaluate(head, tag: tag, modified: modified, now: now)
    }
    // A file of 2024, with the time known to be in 2026, and with the time unknown.
    #expect(
      try verdict("Monday, 01-Jan-24 00:00:00 GMT", modified: 1_704_067_200, now: 1_795_824_000)
        == .notModified)
    #expect(
      try verdict("Monday, 01-Jan-24 00:00:00 GMT", modified: 1_704_067_200, now: 0) == .notModified
    )
    // A file without a time.
    #expect(
      try verdict("Monday, 01-Jan-24 00:00:00 GMT", modified: 1, now: 1_795_824_000) == .notModified
    )
    #expect(
      try verdict("Sunday, 06-Nov-94 08:49:36 GMT", modified: 784_111_777, now: 1_795_824_000)
        == .proceed)
    let head = try #require(request("If-Range: Monday, 01-Jan-24 00:00:00 GMT\r\n"))
    #expect(Conditions.allowsRange(head, tag: tag, modified: 1_704_067_200, now: 0))
  }

  @Test func dates() throws {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    #expect(try evaluate("If-Modified-Since: \(date)\r\n") == .notModified)
    #expect(try evaluate("If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n") == .proceed)
    #expect(try evaluate("If-Modified-Since: yesterday\r\n") == .proceed)
    #expect(try evaluate("If-Unmodified-Since: \(date)\r\n") == .proceed)
    #expect(try evaluate("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n") == .failed)
    // With both, the tag decides.
    #expect(try evaluate("If-None-Match: \"x\"\r\nIf-Modified-Since: \(date)\r\n") == .proceed)
    for (field, allows) in [
      ("\"10-2-3\"", true), ("\"x\"", false), ("W/\"10-2-3\"", false), (date, true),
      ("Sun, 06 Nov 1994 08:49:38 GMT", false), ("junk", false),
    ] {
      let head = try #require(request("If-Range: \(field)\r\n"))
      #expect(Conditions.allowsRange(head, tag: tag, modified: 784_111_777, now: 0) == allows)
    }
  }

  @Test func codings() throws {
    func accepts(_ field: String) throws -> [Bool] {
      let head = try #require(request("Accept-Encoding: \(field)\r\n"))
      return [ContentCoding.brotli.isAccepted(by: head), ContentCoding.gzip.isAccepted(by: head)]
    }
    #expect(try accepts("gzip, deflate, br") == [true, true])
    #expect(try accepts("GZIP;q=0.5") == [false, true])
    #expect(try accepts("gzip;q=0, br; q=0.000") == [false, false])
    #expect(try accepts("xgzip, brx") == [false, false])
    #expect(try accepts("gzip ; q=0.001") == [false, true])
    #expect(try accepts("*") == [true, true])
    #expect(try accepts("*;q=0.5, br;q=0") == [false, true])
    #expect(try accepts("gzip;q=0.5, identity;q=0.6") == [false, false])
    #expect(try accepts("gzip;q=1.001, br;q=2") == [false, false])
    #expect(try accepts("gzip;q=, br;level=5") == [false, false])
    #expect(try accepts("gzip\r\nAccept-Encoding: br") == [true, true])
    func first(_ field: String) throws -> ContentCoding? {
      AcceptedCodings(try #require(request("Accept-Encoding: \(field)\r\n"))).first
    }
    #expect(try first("gzip, br") == .brotli && first("gzip, br;q=0.9") == .gzip)
    #expect(try first("identity, gzip;q=0.999, *;q=0") == nil)
    #expect(AcceptedCodings(try #require(request())).first == nil)
  }
}

/// Looks a target up in a site made of names.
@Suite struct SiteTests {
  private func answer(
    _ target: String, _ files: [String: UInt64?], _ fields: String = "", method: String = "GET",
    rules: SiteRules = SiteRules()
  ) throws -> (status: String, location: String?, path: String?, looks: Int, output: String) {
    let connection = TestConnection()
    connection.receive("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
    let head = try #require(connection.next())
    var lookup = SiteLookup(head, try RequestPath(decoding: head.rawPath.span), rules)
    var looks = 0
    while true {
      switch lookup.nextStep() {
      case .examine(let path):
        looks += 1
        switch files[text(path)] {
        case nil: lookup.record(.nothing)
        case .some(nil): lookup.record(.directory)
        case .some(let size?):
          lookup.record(
            .file(SiteFile(path: path, size: size, modified: 784_111_777, modifiedNanoseconds: 5)))
        }
      case .send(let plan, let path):
        connection.machine.respond(plan.head, now: .start)
        for piece in plan.pieces where connection.machine.wantsBody {
          switch piece {
          case .bytes(let bytes): #expect(connection.write(bytes) == bytes.count)
          case .file(let range):
            let data = range.map { UInt8(truncatingIfNeeded: 0x61 + $0 % 26) }
            #expect(connection.write(data) == data.count)
          }
        }
        connection.machine.finish(now: .start)
        #expect(connection.machine.disposal == .stayOpen, "lengths agree")
        let output = connection.flush()
        return (status(output), nil, text(path), looks, output)
      case .answer(let head, let body):
        connection.machine.respond(head, now: .start)
        _ = connection.write(body)
        connection.machine.finish(now: .start)
        let output = connection.flush()
        let location = output.split(separator: "\r\n").first { $0.hasPrefix("Location: ") }
        return (status(output), location.map { String($0.dropFirst(10)) }, nil, looks, output)
      }
    }
  }

  private func status(_ output: String) -> String { String(output.dropFirst(9).prefix(3)) }

  private let site: [String: UInt64?] = [
    "/index.html": 10, "/a.html": 1, "/b.htm": 2, "/c.xhtml": 3, "/d": nil, "/d/index.htm": 4,
    "/e": nil, "/e.html": 5, "/f": nil, "/f/index": 6, "/g": nil, "/plain": 7, "/x y.css": 26,
    "/pic.png": 30,
  ]

  @Test(arguments: [
    ("/", "/index.html"), ("/index.html", "/index.html"), ("/a", "/a.html"), ("/b", "/b.htm"),
    ("/c", "/c.xhtml"), ("/d/", "/d/index.htm"), ("/e", "/e.html"), ("/f/", "/f/index"),
    ("/plain", "/plain"), ("/x%20y.css?v=1", "/x y.css"), ("//a", "/a.html"),
  ])
  func found(_ target: String, _ path: String) throws {
    let answer = try answer(target, site)
    #expect(answer.status == "200" && answer.path == path)
  }

  @Test func redirected() throws {
    #expect(try answer("/d", site).location == "/d/")
    #expect(try answer("/d", site).status == "301")
    #expect(try answer("/d?q=1", site).location == "/d/?q=1")
    #expect(try answer("/%E4", ["/\u{e4}": nil]).status == "404")
    #expect(try answer("/h%20%3f", ["/h ?": nil]).location == "/h%20%3F/")
  }

  @Test func missing() throws {
    for target in ["/g/", "/no", "/a/", "/index"] {
      let answer = try answer(target, site)
      #expect(answer.status == (target == "/index" ? "200" : "404"), "\(target)")
    }
    var own = site
    own["/404.html"] = 12
    let answer = try answer("/no", own)
    #expect(answer.status == "404" && answer.path == "/404.html")
    #expect(answer.output.hasSuffix("\r\n\r\nabcdefghijkl"))
    #expect(!answer.output.contains("ETag"))
  }

  /// Names with a leading dot do not exist unless the rules show them, except `/.well-known`.
  @Test(arguments: [
    "/.htaccess", "/.git/config", "/.git/", "/.git", "/d/.env", "/.env.html", "/%2ehtaccess",
    "/..x/y", "/.well-known/.hidden", "/.well-knownx/f", "/d/.well-known/f", "/.hidden/a.b",
  ])
  func dotFiles(_ target: String) throws {
    let path = target.replacing("%2e", with: ".")
    let files: [String: UInt64?] = [path: 5, "/404.html": 12]
    let hidden = try answer(target, files)
    #expect(hidden.status == "404" && hidden.path == "/404.html")
    #expect(hidden.looks == 1, "the file is not examined")
    guard path.last != "/" else { return }
    #expect(try answer(target, files, rules: SiteRules(showsDotFiles: true)).status == "200")
  }

  @Test(arguments: [
    "/.well-known/acme-challenge/x-Y_z", "/.well-known/security.txt", "/a.b/c.d", "/d/x..y", "/x.",
  ])
  func dotsThatHideNothing(_ target: String) throws {
    #expect(try answer(target, [target: 5]).status == "200")
    #expect(try answer("/.well-known", ["/.well-known": nil]).location == "/.well-known/")
  }

  @Test func fields() throws {
    let page = try answer("/", site).output
    #expect(
      page
        == "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Type: text/html; charset=utf-8\r\n"
        + "Vary: Accept-Encoding\r\nCache-Control: no-cache\r\nETag: \"\(String(784_111_777, radix: 16))-5-a\"\r\n"
        + "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nAccept-Ranges: bytes\r\n\r\nabcdefghij")
    let picture = try answer("/pic.png", site, method: "HEAD").output
    #expect(
      picture.contains(
        "\r\nContent-Type: image/png\r\nVary: Accept-Encoding\r\nCache-Control: no-cache\r\n"
      ))
    #expect(picture.contains("Content-Length: 30\r\n") && picture.hasSuffix("\r\n\r\n"))
    #expect(
      try answer("/plain", site).output.contains("Content-Type: application/octet-stream\r\n"))
  }

  @Test func notModified() throws {
    let answer = try answer("/", site, "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
    #expect(answer.status == "304" && answer.output.hasSuffix("\r\n\r\n"))
    #expect(answer.output.contains("ETag: ") && !answer.output.contains("Content-Length"))
    #expect(try self.answer("/", site, "If-Match: \"x\"\r\n").status == "412")
  }

  @Test func ranges() throws {
    let one = try answer("/pic.png", site, "Range: bytes=1-3\r\n")
    #expect(one.status == "206" && one.output.hasSuffix("\r\n\r\nbcd"))
    #expect(one.output.contains("\r\nContent-Range: bytes 1-3/30\r\n"))
    let none = try answer("/pic.png", site, "Range: bytes=30-\r\n")
    #expect(none.status == "416" && none.output.contains("\r\nContent-Range: bytes */30\r\n"))
    let two = try answer("/pic.png", site, "Range: bytes=0-1,-2\r\n").output
    #expect(two.contains("Content-Type: multipart/byteranges; boundary=serval-part-7d2c4f10b6\r\n"))
    #expect(
      two.hasSuffix(
        "\r\n\r\n\r\n--serval-part-7d2c4f10b6\r\nContent-Type: image/png\r\n"
          + "Content-Range: bytes 0-1/30\r\n\r\nab"
          + "\r\n--serval-part-7d2c4f10b6\r\nContent-Type: image/png\r\n"
          + "Content-Range: bytes 28-29/30\r\n\r\ncd\r\n--serval-part-7d2c4f10b6--\r\n"))
    let old = try answer("/pic.png", site, "Range: bytes=1-3\r\nIf-Range: \"other\"\r\n")
    #expect(old.status == "200")
  }

  @Test func neighbours() throws {
    var site = site
    site["/a.html.gz"] = 20
    let zipped = try answer("/a", site, "Accept-Encoding: gzip, br\r\n")
    #expect(zipped.path == "/a.html.gz" && zipped.output.contains("Content-Length: 20\r\n"))
    #expect(
      zipped.output.contains(
        "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
      ))
    #expect(zipped.output.contains("-gzip\"\r\n"))
    site["/a.html.br"] = 21
    #expect(try answer("/a", site, "Accept-Encoding: gzip, br\r\n").path == "/a.html.br")
    #expect(try answer("/a", site, "Accept-Encoding: gzip, br;q=0.5\r\n").path == "/a.html.gz")
    #expect(try answer("/a", site, "Accept-Encoding: gzip;q=0, br;q=0\r\n").path == "/a.html")
    let plain = try answer("/a", site)
    #expect(plain.path == "/a.html")
    #expect(
      plain.output.contains("\r\nVary: Accept-Encoding\r\n"), "other clients may get another coding"
    )
    #expect(!plain.output.contains("Content-Encoding"))
    #expect(try answer("/b", site, "Accept-Encoding: gzip, br\r\n").path == "/b.htm")
  }

  /// 503 says when to try again; other statuses do not.
  @Test(arguments: [Status.gatewayTimeout, .serviceUnavailable, .forbidden])
  func unreachableFiles(status: Status) throws {
    let connection = TestConnection()
    connection.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    let head = try #require(connection.next())
    var lookup = SiteLookup(head, try RequestPath(decoding: bytes("/").span), SiteRules())
    lookup.record(.failed(status))
    guard case .answer(let answer, _) = lookup.nextStep() else {
      throw RequestPath.Refusal.malformed
    }
    #expect(answer.status == status)
    connection.machine.respond(answer, now: .start)
    connection.machine.finish(now: .start)
    let isRetried = connection.flush().contains("\r\nRetry-After: 1\r\n")
    #expect(isRetried == (status == .serviceUnavailable))
  }
}
