// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import EmbeddedFiles
import Glibc
import HTTP
import NFSTestSupport
import Streams
import TestSupport
import Testing
import Time

/// Serves embedded files over an HTTP server without sockets.
private final class EmbeddedServer {
  var web: HTTPServer
  var addresses: [UInt] = []

  init(_ router: Router, direct: Bool = true) {
    var settings = HTTPServer.Settings()
    settings.sendsDirectly = direct
    web = HTTPServer(router, settings)
  }

  /// A server of all files in the folder Files.
  convenience init(direct: Bool = true) {
    var router = Router()
    router.get("/*path", Files.all.answer)
    router.notFound(Files.all.answer)
    self.init(router, direct: direct)
  }

  /// The response to one request, taken `window` bytes at a time.
  func run(_ request: String, window: Int = .max) throws -> [UInt8] {
    let now = Instant.start + .seconds(1)
    let place = web.open(now: now)
    let id = try #require(place)
    #expect(web.receive(id, bytes(request).span, now: now) == request.utf8.count)
    var response: [UInt8] = []
    while web.send(
      id, now: now,
      through: { part in
        let count = min(part.count, window)
        response.append(copying: part.extracting(0..<count))
        addresses.append(part.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) })
        return count
      })
    {}
    #expect(web.disposal(id) != .reset)
    web.closed(id, now: now)
    return response
  }
}

/// Files that are part of this test's program, from its folder Files.
@Suite struct EmbeddedSiteTests {
  /// A site on a file server with the same files, and with the compressed ones beside them.
  private func staticSite() throws -> SimulatedSite {
    let site = try SimulatedSite()
    var folders: [String: UInt64] = ["": 1]
    func folder(_ path: String) throws -> UInt64 {
      if let known = folders[path] { return known }
      let slash = try #require(path.lastIndex(of: "/"))
      let parent = try folder(String(path[..<slash]))
      let number = site.server.add(String(path[path.index(after: slash)...]), type: 2, in: parent)
      folders[path] = number
      return number
    }
    for file in Files.all {
      let path = text([UInt8](file.path))
      let slash = try #require(path.lastIndex(of: "/"))
      let parent = try folder(String(path[..<slash]))
      let name = String(path[path.index(after: slash)...])
      _ = site.server.add(name, content(file.bytes), in: parent)
      if let gzip = file.gzip { _ = site.server.add(name + ".gz", content(gzip), in: parent) }
    }
    return site
  }

  private func content(_ embedded: EmbeddedBytes) -> [UInt8] {
    var all: [UInt8] = []
    while let count = embedded.lend(
      from: all.count,
      {
        all.append(copying: $0); return $0.count
      }),
      count > 0
    {}
    return all
  }

  @Test func holdsTheFolder() throws {
    let folder = #filePath.split(separator: "/").dropLast().map(String.init).joined(separator: "/")
    let names = Files.all.map { text([UInt8]($0.path)) }
    #expect(names == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(names.contains("/deep/er/Größe & Maß.txt") && names.contains("/a-b.css"))
    for (name, file) in zip(names, Files.all) {
      let stored = try #require(fopen("/\(folder)/Files\(name)", "r"), "\(name)")
      defer { fclose(stored) }
      var bytes = [UInt8](repeating: 0, count: 100_000)
      bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, stored))
      #expect(content(file.bytes) == bytes, "\(name)")
      #expect(file.bytes.count == bytes.count)
      let found = Files.all[path: file.path]
      #expect(found?.entityTag == file.entityTag)
    }
    #expect(Files.all[path: "/none"] == nil && Files.all[path: "/deep"] == nil)
    #expect(Files.pixel_png.gzip == nil && Files.style_css.gzip != nil)
    #expect(text([UInt8](Files._404_html.type)) == "text/html; charset=utf-8")
  }

  // MARK: The same as a static site

  static let targets = [
    "/", "/index.html", "/index", "/style.css", "/style", "/pixel.png", "/pixel.png?x=1", "/deep",
    "/deep?a=b",
    "/deep/", "/deep/er", "/deep/er/", "/deep/er/Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F.txt", "/empty",
    "/empty.txt",
    "/none", "/none/", "/404", "/404.html", "/.hidden", "/../x", "/%zz", "/%2f", "//style.css",
    "/./style.css",
    "/a-b.css", "/a_b.css", "/a.b.css", "/deep/page", "/deep/page.htm", "/style.css/", "/default",
    "/style.css.br",
  ]

  static let fields = [
    "", "Accept-Encoding: gzip\r\n", "Accept-Encoding: gzip;q=0\r\n",
    "Accept-Encoding: *;q=0.5\r\n",
    "Accept-Encoding: br, gzip;q=0.1, identity;q=0.2\r\n", "Accept-Encoding: identity\r\n",
    "Range: bytes=0-9\r\n", "Range: bytes=-5\r\n", "Range: bytes=1000-3000\r\n",
    "Range: bytes=99999999-\r\n",
    "Range: bytes=0-0,1020-1030,-1\r\n", "Range: bytes=5-2\r\n", "Range: lines=1-2\r\n",
    "Accept-Encoding: gzip\r\nRange: bytes=10-20\r\n", "If-None-Match: *\r\n", "If-Match: *\r\n",
    "If-None-Match: \"other\"\r\n", "If-Match: \"other\"\r\n", "If-None-Match: TAG\r\n",
    "If-Match: TAG\r\n",
    "If-None-Match: W/TAG\r\n", "If-Match: W/TAG\r\n", "Range: bytes=2-3\r\nIf-Range: TAG\r\n",
    "Range: bytes=2-3\r\nIf-Range: W/TAG\r\n", "Range: bytes=2-3\r\nIf-Range: \"other\"\r\n",
    "Accept-Encoding: gzip\r\nIf-None-Match: TAG\r\n",
  ]

  /// Each request gets the same response from both, but for the tags' text and the date, which only a
  /// static site has.
  @Test func answersAsAStaticSite() throws {
    let site = try staticSite()
    let server = EmbeddedServer()
    var statuses: [String: Int] = [:]
    for target in Self.targets {
      // The tags of the file and of its compressed bytes.
      let tags = try ["", "Accept-Encoding: gzip\r\n"].map { coding in
        let request = "HEAD \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(coding)\r\n"
        return (theirs: tag(try site.run(request).bytes), ours: tag(try server.run(request)))
      }
      for (index, fields) in Self.fields.enumerated() {
        let method = index % 5 == 0 ? "HEAD" : "GET"
        let tag = tags[fields.contains("gzip\r\n") ? 1 : 0]
        let request =
          "\(method) \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n"
        let theirs = try site.run(request.replacing("TAG", with: tag.theirs)).bytes
        let ours = try server.run(request.replacing("TAG", with: tag.ours))
        statuses[text(ours[9..<12]), default: 0] += 1
        #expect(comparable(ours) == comparable(theirs), "\(method) \(target) \(fields)")
        #expect(text(ours).contains("\r\nETag: ") == text(theirs).contains("\r\nETag: "))
      }
    }
    for status in ["200", "206", "301", "304", "400", "404", "412", "416"] {
      #expect(statuses[status] ?? 0 > 0, "\(status) was not among the responses")
    }
  }

  private func tag(_ response: [UInt8]) -> String {
    let line = text(response).split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }
    return line.map { String($0.dropFirst(6)) } ?? "\"none\""
  }

  /// The response without the lines that differ.
  private func comparable(_ response: [UInt8]) -> [UInt8] {
    let end = response.firstRange(of: bytes("\r\n\r\n"))?.lowerBound ?? response.count
    let lines = text(response[..<end]).split(separator: "\r\n").filter {
      !$0.hasPrefix("ETag: ") && !$0.hasPrefix("Last-Modified: ")
    }
    return bytes(lines.joined(separator: "\r\n")) + response[end...]
  }

  // MARK: On its own

  /// There is no date: conditions on it do not count, and a range that depends on it is the whole.
  @Test func hasNoDate() throws {
    let server = EmbeddedServer()
    for field in ["If-Modified-Since", "If-Unmodified-Since"] {
      for date in ["Thu, 01 Jan 1970 00:00:00 GMT", "Sat, 01 Jan 2050 00:00:00 GMT"] {
        let answer = text(
          try server.run("GET /style.css HTTP/1.1\r\nHost: a\r\n\(field): \(date)\r\n\r\n"))
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && !answer.contains("Last-Modified"))
      }
    }
    let ranged = text(
      try server.run(
        "GET /style.css HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\nIf-Range: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n"
      ))
    #expect(ranged.hasPrefix("HTTP/1.1 200 "))
  }

  /// The compressed bytes have a tag of their own and no name.
  @Test func compressedBytes() throws {
    let server = EmbeddedServer()
    let plain = try server.run("GET /style.css HTTP/1.1\r\nHost: a\r\n\r\n")
    let gzip = try server.run("GET /style.css HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
    #expect(text(gzip).contains("\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n"))
    #expect(text(plain).contains("\r\nVary: Accept-Encoding\r\n"))
    #expect(tag(plain) != tag(gzip) && tag(gzip).hasSuffix("-gzip\""))
    #expect(
      gzip.suffix(Files.style_css.gzip?.count ?? 0)
        == content(try #require(Files.style_css.gzip))[...])
    let name = try server.run("GET /style.css.gz HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(text(name).hasPrefix("HTTP/1.1 404 "))
  }

  /// One file answers for any path, and as the page for 404.
  @Test func singleFiles() throws {
    var router = Router()
    router.get("/") { Files.style_css.answer($0) }
    router.get("/logo") { Files.pixel_png.answer($0) }
    router.notFound { Files._404_html.answer($0, status: .notFound) }
    let server = EmbeddedServer(router)
    func get(_ target: String, _ fields: String = "") throws -> String {
      text(try server.run("GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"))
    }
    #expect(try get("/").contains("\r\nContent-Type: text/css; charset=utf-8\r\n"))
    #expect(try get("/", "Accept-Encoding: gzip\r\n").contains("\r\nContent-Encoding: gzip\r\n"))
    #expect(try get("/", "Range: bytes=1-3\r\n").hasPrefix("HTTP/1.1 206 "))
    #expect(try get("/", "If-None-Match: *\r\n").hasPrefix("HTTP/1.1 304 "))
    #expect(
      try get("/logo", "Accept-Encoding: gzip\r\n").contains("\r\nContent-Type: image/png\r\n"))
    let missing = try get("/x", "Accept-Encoding: gzip\r\nRange: bytes=0-1\r\n")
    #expect(
      missing.hasPrefix("HTTP/1.1 404 ") && missing.hasSuffix(text(content(Files._404_html.bytes))))
  }

  /// Ranges at random, through any window, directly and through the output, are those of the bytes.
  @Test(arguments: [true, false]) func ranges(_ direct: Bool) throws {
    var random = SeededGenerator(seed: direct ? 3 : 4)
    let server = EmbeddedServer(direct: direct)
    let whole = content(Files.noise_bin.bytes)
    for _ in 0..<fuzzIterations(500) {
      let start = random.below(whole.count)
      let end = start + random.below(whole.count - start)
      let response = try server.run(
        "GET /noise.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=\(start)-\(end)\r\n\r\n",
        window: random.chance(500) ? 1 + random.below(2000) : .max)
      let body = try #require(response.firstRange(of: bytes("\r\n\r\n"))?.upperBound)
      #expect(response[body...] == whole[start...end], "\(start)-\(end)")
    }
  }

  /// Bodies are lent from the program's image, and neither from the heap nor from a stack.
  @Test func nothingIsCopied() throws {
    let server = EmbeddedServer()
    for target in ["/noise.bin", "/style.css"] {
      server.addresses = []
      _ = try server.run("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
      // The head comes from the output.
      #expect(server.addresses.count >= 2)
      for address in server.addresses.dropFirst() { #expect(try isInImage(address), "\(target)") }
    }
  }

  private func isInImage(_ address: UInt) throws -> Bool {
    let maps = try #require(fopen("/proc/self/maps", "r"))
    defer { fclose(maps) }
    var line = [CChar](repeating: 0, count: 1000)
    while fgets(&line, Int32(line.count), maps) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let parts = text.split(whereSeparator: { " -".contains($0) })
      guard let start = UInt(parts[0], radix: 16), let end = UInt(parts[1], radix: 16) else {
        continue
      }
      // A mapping with a file belongs to the program's image; whether it is read-only is up to the linker.
      if (start..<end).contains(address) { return text.contains(" /") }
    }
    return false
  }
}
