// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import NFSTestSupport
import Testing
import Time

@Suite struct SiteTests {
  private let data = (0..<300_000).map { UInt8(truncatingIfNeeded: 0x20 + $0 % 90) }

  @Test(arguments: [(8192, 1 << 21), (32_768, 1 << 21), (32_768, 98_304)] as [(UInt64, Int)])
  func files(_ bufferByteCount: UInt64, _ shareSize: Int) throws {
    let site = try SimulatedSite(bufferByteCount: bufferByteCount, shareSize: shareSize)
    _ = site.server.add("index.html", bytes("<h1>hello</h1>"))
    _ = site.server.add("big.txt", data)
    let folder = site.server.add("folder", type: 2)
    _ = site.server.add("empty", in: folder)
    let buffers = site.setup.files.freeBuffers
    #expect(try site.get("/").hasSuffix("\r\n\r\n<h1>hello</h1>"))
    #expect(try site.get("/big").hasPrefix("HTTP/1.1 404 "))
    #expect(try site.get("/big.txt").hasSuffix("\r\n\r\n" + text(data)))
    #expect(try site.get("/folder").contains("301 Moved Permanently\r\n"))
    #expect(try site.get("/folder/empty").contains("\r\nContent-Length: 0\r\n"))
    #expect(try site.get("/../etc/passwd").hasPrefix("HTTP/1.1 404 "))
    let part = try site.get("/big.txt", "Range: bytes=100000-199999\r\n")
    #expect(part.hasSuffix("\r\n\r\n" + text(data[100_000..<200_000])))
    let parts = try site.get("/big.txt", "Range: bytes=0-9,70000-150000,-5\r\n")
    #expect(parts.contains("\r\n\r\n" + text(data[70_000...150_000]) + "\r\n--"))
    #expect(site.setup.files.freeBuffers == buffers && site.setup.files.openFiles == 0)
  }

  /// Every 404 gets the site's own page, from the server and from memory.
  @Test(arguments: [0, 2] as [UInt64]) func ownPage(_ keepTime: UInt64) throws {
    let site = try SimulatedSite(keepTime: keepTime * second)
    _ = site.server.add("404.html", bytes("<h1>not here</h1>"))
    _ = site.server.add("empty", type: 2)
    _ = site.server.add(".htaccess", bytes("secret"))
    _ = site.server.add("pipe", type: 7)
    let long = String(repeating: "a", count: 256)
    for _ in 0..<2 {
      for target in [
        "/none", "/none/", "/none?a=b", "/empty/", "/empty/none", "/.htaccess", "/.git/config",
        "/../x", "/a/%2e%2e/b", "/%2f", "/%00", "/a%5cb", "/" + long, "/" + long + "/x",
        "/" + String(repeating: "b/", count: 2000), "/pipe", "/404.html/x",
      ] {
        let answer = try site.get(target)
        #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n"), "\(target)")
        #expect(answer.hasSuffix("\r\n\r\n<h1>not here</h1>"), "\(target)")
        #expect(answer.contains("\r\nContent-Type: text/html; charset=utf-8\r\n"), "\(target)")
      }
      #expect(try site.get("/404.html").hasPrefix("HTTP/1.1 200 "))
      #expect(try site.get("/empty").hasPrefix("HTTP/1.1 301 "))
      #expect(try site.get("/%zz").hasPrefix("HTTP/1.1 400 "))
    }
  }

  /// Links inside the site's folder are followed. Links out of it lead to nothing unless they are
  /// allowed. The folder itself may be a link.
  @Test(arguments: ["www", "/www/", "live", "live/./"], [false, true])
  func links(_ folder: String, _ followsAll: Bool) throws {
    let site = try SimulatedSite(folder: folder, followsOutsideLinks: followsAll)
    let www = site.server.add("www", type: 2)
    _ = site.server.add("live", bytes("/releases/now"), type: 5)
    let releases = site.server.add("releases", type: 2)
    _ = site.server.add("now", bytes("../www"), type: 5, in: releases)
    _ = site.server.add("secret.txt", bytes("secret"))
    let other = site.server.add("www2", type: 2)
    _ = site.server.add("file.txt", bytes("other"), in: other)
    let sub = site.server.add("sub", type: 2, in: www)
    _ = site.server.add("file.txt", bytes("file"), in: sub)
    func link(_ name: String, _ target: String, in directory: UInt64) {
      _ = site.server.add(name, bytes(target), type: 5, in: directory)
    }
    link("in.txt", "sub/file.txt", in: www)
    link("dir", "./sub/", in: www)
    link("up.txt", "../sub/file.txt", in: sub)
    link("chain.txt", "in.txt", in: www)
    link("round", "sub/../sub/../dir", in: www)
    link("out.txt", "../secret.txt", in: www)
    link("deep.txt", "../../secret.txt", in: sub)
    link("absolute.txt", "/secret.txt", in: www)
    link("sibling.txt", "/www2/file.txt", in: www)
    link("outchain.txt", "out.txt", in: www)
    link("top", "/", in: www)
    link("parent", "..", in: www)
    for target in [
      "/sub/file.txt", "/in.txt", "/dir/file.txt", "/sub/up.txt", "/chain.txt", "/round/file.txt",
      "/dir/up.txt",
    ] {
      #expect(try site.get(target).hasSuffix("\r\n\r\nfile"), "\(target)")
    }
    for (target, data) in [
      ("/out.txt", "secret"), ("/sub/deep.txt", "secret"), ("/absolute.txt", "secret"),
      ("/sibling.txt", "other"), ("/outchain.txt", "secret"), ("/top/secret.txt", "secret"),
      ("/parent/secret.txt", "secret"), ("/parent/www2/file.txt", "other"),
      ("/dir/deep.txt", "secret"),
    ] {
      let answer = try site.get(target)
      let isRight = followsAll ? answer.hasSuffix(data) : answer.hasPrefix("HTTP/1.1 404 ")
      #expect(isRight, "\(target): \(answer)")
    }
    // An absolute link into the folder.
    link("named.txt", "/\(folder)/./sub/file.txt", in: www)
    #expect(try site.get("/named.txt").hasSuffix("\r\n\r\nfile"))
  }

  /// The times at which the server changed files show its clock, relative to which years of two digits
  /// are parsed. It is too old for a Date field.
  @Test func dates() throws {
    let site = try SimulatedSite()
    let file = site.server.add("a.txt", bytes("a"))
    site.server.nodes[file]?.modified = 1
    let field = "If-Modified-Since: Monday, 01-Jan-24 00:00:00 GMT\r\n"
    #expect(try site.get("/a.txt", field).hasPrefix("HTTP/1.1 200 "), "nothing tells the time")
    site.server.nodes[file]?.changed = 1_795_824_000
    site.wire.now += 10 * second
    let answer = try site.get("/a.txt", field)
    #expect(answer.hasPrefix("HTTP/1.1 304 ") && !answer.contains("\r\nDate: "))
    // It holds for other files as well.
    let other = site.server.add("b.txt", bytes("b"))
    site.server.nodes[other]?.modified = 1
    #expect(try site.get("/b.txt", field).hasPrefix("HTTP/1.1 304 "))
  }

  @Test func serverComesUpLater() throws {
    let site = try SimulatedSite()
    _ = site.server.add("index.html", bytes("hello"))
    site.wire.isDown = true
    #expect(try site.get("/").hasPrefix("HTTP/1.1 503 "))
    site.wire.isDown = false
    #expect(try site.get("/").hasSuffix("hello"))
  }

  /// A client that leaves in the middle leaves nothing behind.
  @Test func lostClients() throws {
    let site = try SimulatedSite()
    _ = site.server.add("big.txt", data)
    let buffers = site.setup.files.freeBuffers
    for steps in 0..<30 {
      let id = try site.open("GET /big.txt HTTP/1.1\r\nHost: a\r\n\r\n")
      for _ in 0..<steps {
        site.step()
        if steps % 2 == 0 { _ = site.read(id) }
      }
      site.setup.web.closed(id, now: site.now)
    }
    site.setup.runUntilIdle(now: site.now)
    while site.setup.files.freeBuffers < buffers { site.step() }
    #expect(site.setup.files.openFiles == 0 && site.setup.web.connectionCount == 0)
  }

  @Test func filesThatShrink() throws {
    let site = try SimulatedSite()
    _ = site.server.add("big.txt", data)
    let id = try site.open("GET /big.txt HTTP/1.1\r\nHost: a\r\n\r\n")
    while site.setup.web.outputCount(id) == 0 { site.step() }
    site.server.nodes[2]?.data = []
    site.server.nodes[2]?.modified = 2
    for _ in 0..<200 where site.setup.web.disposal(id) == .stayOpen {
      if site.read(id).isEmpty {
        site.wire.now += .milliseconds(100)
        site.step()
      }
    }
    #expect(site.setup.web.disposal(id) == .reset)
    site.setup.web.closed(id, now: site.now)
    #expect(try site.get("/big.txt").contains("Content-Length: 0"))
  }

  @Test func manyAtOnce() throws {
    let site = try SimulatedSite(shareSize: 1 << 18)
    for number in 0..<300 {
      _ = site.server.add("\(number)", [UInt8](repeating: 0x41, count: number * 100))
    }
    let ids = try (0..<300).map { try site.open("GET /\($0) HTTP/1.0\r\n\r\n") }
    var answers = [Int: [UInt8]]()
    while ids.contains(where: { site.setup.web.disposal($0) == .stayOpen }) {
      site.step()
      for id in ids { answers[id, default: []] += site.read(id) }
    }
    for (number, id) in ids.enumerated() {
      let answer = answers[id] ?? []
      #expect(answer.suffix(number * 100) == [UInt8](repeating: 0x41, count: number * 100)[...])
      #expect(text(answer).contains("Content-Length: \(number * 100)\r\n"))
    }
    #expect(site.setup.files.openFiles == 0)
  }

  /// Bodies that go straight to the transport, in pieces of any size.
  @Test(arguments: [1, 777, 40_000], [0, 2] as [UInt64])
  func directBodies(_ window: Int, _ keepTime: UInt64) throws {
    let site = try SimulatedSite(keepTime: keepTime * second) { $0.sendsDirectly = true }
    let length = window == 1 ? 20_000 : 300_000
    let data = Array(data[..<length])
    _ = site.server.add("big.txt", data)
    _ = site.server.add("small.txt", Array(data[..<100]))
    site.window = window
    for _ in 0..<3 {
      #expect(try site.get("/big.txt").hasSuffix("\r\n\r\n" + text(data)))
      #expect(try site.get("/small.txt").hasSuffix("\r\n\r\n" + text(data[..<100])))
      let part = try site.get("/big.txt", "Range: bytes=5000-18000,-7\r\n")
      #expect(part.contains("\r\n\r\n" + text(data[5000...18_000]) + "\r\n--"))
    }
    #expect(site.directBytes > 3 * (length - 5000), "not through the output")
    site.setup.runUntilIdle(now: site.now)
  }

  /// Answers are remembered for a time. Until then the server is not asked, and a change does not show.
  @Test func knownAnswers() throws {
    let site = try SimulatedSite(keepTime: 2 * second)
    let page = site.server.add("index.html", bytes("old"))
    _ = site.server.add("big.txt", data)
    _ = site.server.add("folder", type: 2)
    for _ in 0..<2 {
      #expect(try site.get("/").hasSuffix("\r\n\r\nold"))
      #expect(try site.get("/big.txt").hasSuffix("\r\n\r\n" + text(data)))
      #expect(try site.get("/folder").contains("\r\nLocation: /folder/\r\n"))
      #expect(try site.get("/nothing").hasPrefix("HTTP/1.1 404 "))
    }
    // Requests with conditions, ranges and queries.
    let tag = try site.get("/").split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }
    let same = try #require(tag).dropFirst(6)
    #expect(try site.get("/", "If-None-Match: \(same)\r\n").hasPrefix("HTTP/1.1 304 "))
    #expect(try site.get("/", "Range: bytes=1-\r\n").hasSuffix("\r\n\r\nld"))
    #expect(try site.get("/folder?a=b").contains("\r\nLocation: /folder/?a=b\r\n"))
    // The NFS client's own caches would show each STAT as a call.
    let calls = site.server.calls
    site.wire.now += second
    #expect(try site.get("/").hasSuffix("\r\n\r\nold"))
    #expect(site.server.calls == calls)
    site.server.nodes[page]?.data = bytes("newer")
    site.server.nodes[page]?.modified += 1
    _ = site.server.add("nothing.html", bytes("something"))
    #expect(try site.get("/").hasSuffix("\r\n\r\nold"))
    site.wire.now += 5 * second
    #expect(try site.get("/").hasSuffix("\r\n\r\nnewer"))
    #expect(try site.get("/nothing").hasSuffix("\r\n\r\nsomething"))
    // The same file after that time is examined, and not read again.
    site.wire.now += 5 * second
    let reads = site.server.calls[6]
    #expect(try site.get("/").hasSuffix("\r\n\r\nnewer"))
    #expect(site.server.calls[6] == reads)
  }

  /// The content of a file of several buffers is kept, and ranges are sent from it. A new version
  /// replaces it.
  @Test(arguments: [8192, 8193, 40_000, 65_536, 65_537], [false, true])
  func keptContents(_ size: Int, _ isDirect: Bool) throws {
    let site = try SimulatedSite(bufferByteCount: 8192, keepTime: 2 * second) {
      $0.sendsDirectly = isDirect
    }
    let data = Array(data[..<size])
    let file = site.server.add("file", data)
    let buffers = site.setup.files.freeBuffers
    #expect(try site.get("/file").hasSuffix("\r\n\r\n" + text(data)))
    let isKept = size <= 65_536
    #expect(site.setup.files.freeBuffers == buffers - (isKept ? (size + 8191) / 8192 : 0))
    #expect(site.setup.files.openFiles == (isKept ? 0 : 1))
    let calls = site.server.calls
    #expect(try site.get("/file").hasSuffix("\r\n\r\n" + text(data)))
    let part = try site.get("/file", "Range: bytes=0-0,5-\(size - 2)\r\n")
    if size > 20_000 {
      #expect(part.contains("\r\n\r\n" + text(data[5..<size - 1]) + "\r\n--"))
    }
    // A file that is kept open is examined before and after, and nothing is read twice.
    if isKept { #expect(site.server.calls == calls) }
    #expect(site.server.calls[6] == calls[6])
    // The file changes, and a client leaves in the middle of the new version.
    site.server.nodes[file]?.modified += 1
    site.wire.now += 10 * second
    let id = try site.open("GET /file HTTP/1.1\r\nHost: a\r\n\r\n")
    while site.read(id).isEmpty { site.step() }
    site.setup.web.closed(id, now: site.now)
    while site.setup.files.freeBuffers < buffers - 8 { site.step() }
    #expect(try site.get("/file").hasSuffix("\r\n\r\n" + text(data)))
    #expect(site.setup.files.freeBuffers >= buffers - 8)
  }

  /// More paths than are remembered, and more files than may stay open: each response is right.
  @Test func manyKnownAnswers() throws {
    let site = try SimulatedSite(shareSize: 1 << 20, keepTime: 100 * second)
    for number in 0..<400 {
      _ = site.server.add(
        "\(number)", [UInt8](repeating: UInt8(number & 0x7f), count: 40_000 + number))
    }
    for round in 0..<2 {
      for number in 0..<400 {
        let answer = try site.get("/\(number)")
        #expect(answer.contains("\r\nContent-Length: \(40_000 + number)\r\n"), "\(round)")
        #expect(answer.utf8.last == UInt8(number & 0x7f))
      }
    }
    #expect(site.setup.files.openFiles <= 64)
    // Of 32 buffers two are for paths.
    #expect(site.setup.files.freeBuffers >= 30 * 3 / 4)
  }

  /// The server forgets its handles while files are kept open, and no client notices.
  @Test func keptFilesThatAreGone() throws {
    let site = try SimulatedSite(keepTime: 1000 * second)
    _ = site.server.add("big.txt", data)
    #expect(try site.get("/big.txt").hasSuffix(text(data)))
    site.server.epoch += 1
    site.wire.now += 10 * second
    #expect(try site.get("/big.txt").hasSuffix(text(data)))
    // A file that cannot be read at all is an error, not half a response.
    site.server.epoch += 1
    site.server.nodes[1]?.entries = []
    site.wire.now += 10 * second
    #expect(try site.get("/big.txt").hasPrefix("HTTP/1.1 404 "))
  }
}
