// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import NFS
import NFSTestSupport
import Testing

@Suite struct SiteTests {
  /// A site on a server in memory, with virtual time.
  private final class Site {
    let server = FakeServer()
    let wire: Simulation
    let setup: SiteSetup

    init(bufferByteCount: UInt64 = 32_768, shareSize: Int = 1 << 21) throws {
      wire = Simulation(server)
      wire.collects = false
      setup = try SiteSetup(
        wire.client, bufferByteCount: bufferByteCount, shareSize: shareSize)
    }

    var now: UInt64 { wire.now }

    func step() {
      setup.settle(now: now)
      wire.client = setup.fileServer.nfs
      wire.step()
      setup.fileServer.nfs = wire.client
      setup.settle(now: now)
    }

    func open(_ request: String) throws -> Int {
      let place = setup.web.open(now: now)
      let id = try #require(place)
      let taken = setup.web.receive(id, bytes(request).span, now: now)
      #expect(taken == request.utf8.count)
      return id
    }

    func read(_ id: Int) -> [UInt8] {
      let output = setup.web.withOutput(id) { [UInt8](copying: $0) } ?? []
      setup.web.sent(id, output.count, now: now)
      return output
    }

    /// The whole answer to a request on a connection of its own.
    func get(_ target: String, _ fields: String = "") throws -> String {
      let id = try open("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n")
      var answer: [UInt8] = []
      while true {
        let output = read(id)
        answer += output
        if output.isEmpty, setup.web.disposal(id) != .stayOpen { break }
        if output.isEmpty { step() }
      }
      if setup.web.disposal(id) == .reset { answer += bytes("RESET") }
      setup.web.close(id)
      setup.settle(now: now)
      return text(answer)
    }
  }

  private let data = (0..<300_000).map { UInt8(truncatingIfNeeded: 0x20 + $0 % 90) }

  @Test(arguments: [(8192, 1 << 21), (32_768, 1 << 21), (32_768, 98_304)] as [(UInt64, Int)])
  func files(_ bufferByteCount: UInt64, _ shareSize: Int) throws {
    let site = try Site(bufferByteCount: bufferByteCount, shareSize: shareSize)
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

  @Test func serverComesUpLater() throws {
    let site = try Site()
    _ = site.server.add("index.html", bytes("hello"))
    site.wire.isDown = true
    #expect(try site.get("/").hasPrefix("HTTP/1.1 503 "))
    site.wire.isDown = false
    #expect(try site.get("/").hasSuffix("hello"))
  }

  /// Somebody who leaves in the middle leaves nothing behind.
  @Test func lostClients() throws {
    let site = try Site()
    _ = site.server.add("big.txt", data)
    let buffers = site.setup.files.freeBuffers
    for steps in 0..<30 {
      let id = try site.open("GET /big.txt HTTP/1.1\r\nHost: a\r\n\r\n")
      for _ in 0..<steps {
        site.step()
        if steps % 2 == 0 { _ = site.read(id) }
      }
      site.setup.web.close(id)
    }
    site.setup.settle(now: site.now)
    while site.setup.files.freeBuffers < buffers { site.step() }
    #expect(site.setup.files.openFiles == 0 && site.setup.web.connectionCount == 0)
  }

  @Test func filesThatShrink() throws {
    let site = try Site()
    _ = site.server.add("big.txt", data)
    let id = try site.open("GET /big.txt HTTP/1.1\r\nHost: a\r\n\r\n")
    while site.setup.web.outputCount(id) == 0 { site.step() }
    site.server.nodes[2]?.data = []
    site.server.nodes[2]?.modified = 2
    for _ in 0..<200 where site.setup.web.disposal(id) == .stayOpen {
      if site.read(id).isEmpty {
        site.wire.now += 100_000_000
        site.step()
      }
    }
    #expect(site.setup.web.disposal(id) == .reset)
    site.setup.web.close(id)
    #expect(try site.get("/big.txt").contains("Content-Length: 0"))
  }

  @Test func manyAtOnce() throws {
    let site = try Site(shareSize: 1 << 18)
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
}
