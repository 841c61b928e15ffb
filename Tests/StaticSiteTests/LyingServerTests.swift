// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import Glibc
import HTTP
import NFSTestSupport
import Rings
import StaticSite
import Streams
import TargetTestSupport
import TestSupport
import Testing
import Time

/// A file system server that lies: the web server survives, and serves again when the other one is
/// honest.
@Suite struct LyingServerTests {
  private final class Site {
    let commandMemory = SharedMemory(byteCount: 32_768)
    let completionMemory = SharedMemory(byteCount: 32_768)
    let share = SharedMemory(byteCount: 1 << 19)
    let files: FileAccess
    var web: HTTPServer
    private let site: StaticSite
    var now = Instant.start + second
    private var commands: RingConsumer<FileQueue>
    private var completions: RingProducer<FileQueue>

    init() throws {
      guard let commandRing = Ring<FileQueue>(queue: commandMemory.region),
        let completionRing = Ring<FileQueue>(queue: completionMemory.region)
      else { throw PeerFault.beyondCapacity }
      commands = RingConsumer(commandRing)
      completions = RingProducer(completionRing)
      files = FileAccess(
        commands: commandRing, completions: completionRing, share: share.region,
        bufferByteCount: 8192)
      var router = Router()
      site = StaticSite(files)
      router.get("/*path", site.answer)
      var settings = HTTPServer.Settings()
      settings.sendsDirectly = true
      web = HTTPServer(router, settings)
    }

    func step(_ answer: (FileCommand, UInt64) -> [FileAnswer]) throws {
      now += .milliseconds(1)
      _ = files.publish()
      while let message = try commands.dequeue() {
        commands.release()
        guard case .command(let command) = FileCommand.parse(message, share: 1 << 19) else {
          throw PeerFault.beyondCapacity
        }
        for answer in answer(command, message[0]) {
          _ = try completions.enqueue(answer.message)
        }
      }
      completions.publish()
      files.collect()
      while let id = files.nextReady() { web.wake(id, now: now) }
      web.timePassed(now: now)
      while web.nextChanged() != nil {}
      #expect(web.checkInvariants() == nil)
      #expect(site.checkInvariants() == nil)
      #expect(files.checkInvariants() == nil)
    }

    func read(_ id: Int) -> [UInt8] {
      var all: [UInt8] = []
      while web.send(
        id, now: now,
        through: {
          all.append(copying: $0)
          return $0.count
        })
      {}
      return all
    }

    /// An honest server, on which every path names a file of 20,000 bytes.
    func honest(_ command: FileCommand, _ id: UInt64) -> [FileAnswer] {
      var answer = FileAnswer(id: id, status: .success)
      switch command {
      case .stat(_, let buffer): store(20_000, 1, buffer)
      case .read(_, let offset, let buffer):
        answer.value = min(20_000 - min(offset, 20_000), buffer.byteCount)
        for index in 0..<answer.value {
          share.poke(UInt8(truncatingIfNeeded: offset + index), at: Int(buffer.offset + index))
        }
      default: break
      }
      return [answer]
    }

    func store(_ size: UInt64, _ modified: UInt64, _ buffer: ShareBuffer, mode: UInt64 = 0o100644) {
      var stat = FileStat()
      stat.mode = mode
      stat.size = size
      stat.modified = modified
      stat.modifiedNanoseconds = modified
      for (index, byte) in stat.bytes.enumerated() {
        share.poke(byte, at: Int(buffer.offset) + index)
      }
    }
  }

  private static let requests = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes=-5,0-0\r\n\r\n",
    "GET /b HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br, gzip\r\n\r\n",
    "HEAD /c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /d/ HTTP/1.1\r\nHost: a\r\nRange: bytes=1-\r\n\r\n",
    "GET /e HTTP/1.0\r\nIf-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n\r\n",
  ]

  @Test func noise() throws {
    var numbers = SeededGenerator(seed: 9)
    let rounds = fuzzIterations(40)
    for _ in 0..<rounds {
      let site = try Site()
      var ids: [Int] = []
      for _ in 0..<60 {
        if ids.count < 30, let id = site.web.open(now: site.now) { ids.append(id) }
        for id in ids {
          let request = Self.requests.randomElement(using: &numbers) ?? ""
          _ = site.web.receive(id, bytes(request).span, now: site.now)
        }
        try site.step { command, id in
          var values: [UInt64] = [0, 1, 1024, 8192, 20_000, .max, .max - 1, 1 << 63, 1 << 62]
          values.append(UInt64.random(in: 0...(.max), using: &numbers))
          let value = values.randomElement(using: &numbers) ?? 0
          if case .stat(_, let buffer) = command {
            let modes: [UInt64] = [0o100644, 0o100644, 0o100644, 0o040755, 0o120777, value]
            site.store(
              value, values.randomElement(using: &numbers) ?? 0, buffer,
              mode: modes.randomElement(using: &numbers) ?? 0)
          }
          let status =
            Bool.random(using: &numbers) ? 0 : UInt64.random(in: 0...20, using: &numbers)
          var answers = [FileAnswer(id: id, status: FileStatus(rawValue: status), value: value)]
          if UInt8.random(in: 0..<10, using: &numbers) == 0 {
            answers.append(FileAnswer(id: value, status: .success, value: value))
          }
          return answers
        }
        for id in ids {
          _ = site.web.withOutput(id) { $0.count }
          if Bool.random(using: &numbers) { _ = site.read(id) }
          if site.web.disposal(id) != .stayOpen || UInt8.random(in: 0..<20, using: &numbers) == 0 {
            site.web.closed(id, now: site.now)
            ids.removeAll { $0 == id }
          }
        }
      }
      #expect(!site.files.isBroken)
      // The server is honest from now on, and the next client is served.
      for id in ids { site.web.closed(id, now: site.now) }
      for _ in 0..<20 { try site.step { site.honest($0, $1) } }
      site.now += 10 * second
      let place = site.web.open(now: site.now)
      let id = try #require(place)
      _ = site.web.receive(id, bytes(Self.requests[0]).span, now: site.now)
      var answer: [UInt8] = []
      for _ in 0..<50 {
        try site.step { site.honest($0, $1) }
        answer += site.read(id)
      }
      #expect(text(answer).hasPrefix("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n"))
      #expect(answer.suffix(20_000) == (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }[...])
    }
  }

  /// The server breaks its queue: waiting clients and new ones get 502 at once.
  @Test func indicesThatJump() throws {
    let site = try Site()
    func open() throws -> Int {
      let place = site.web.open(now: site.now)
      let id = try #require(place)
      _ = site.web.receive(id, bytes(Self.requests[0]).span, now: site.now)
      return id
    }
    let first = try open()
    try site.step { _, _ in [] }
    site.completionMemory.poke(UInt64(100_000), at: 8)
    site.files.collect()
    while let id = site.files.nextReady() { site.web.wake(id, now: site.now) }
    #expect(text(site.read(first)).hasPrefix("HTTP/1.1 502 "))
    let second = try open()
    #expect(text(site.read(second)).hasPrefix("HTTP/1.1 502 "))
    #expect(site.files.isBroken)
  }

  /// The server breaks its queue in the middle of a body: the connection is reset at once.
  @Test func indicesThatJumpInTheMiddle() throws {
    let site = try Site()
    let place = site.web.open(now: site.now)
    let id = try #require(place)
    _ = site.web.receive(id, bytes(Self.requests[0]).span, now: site.now)
    var answer: [UInt8] = []
    var readCount = 0
    for _ in 0..<30 where answer.isEmpty {
      // The second of three reads is never answered.
      try site.step { command, id in
        guard case .read = command else { return site.honest(command, id) }
        readCount += 1
        return readCount == 2 ? [] : site.honest(command, id)
      }
      answer += site.read(id)
    }
    #expect(text(answer).hasPrefix("HTTP/1.1 200 ") && answer.count < 20_000)
    #expect(site.web.disposal(id) == .stayOpen)
    site.completionMemory.poke(UInt64(100_000), at: 8)
    site.files.collect()
    while let id = site.files.nextReady() { site.web.wake(id, now: site.now) }
    #expect(site.read(id).isEmpty)
    #expect(site.files.isBroken && site.web.disposal(id) == .reset)
  }

  /// Two clients open the same file at the same time. The second OPEN is answered when the first
  /// client's file is already shared: both get the file, and no descriptor stays open.
  @Test func opensOfOneFileAtTheSameTime() throws {
    let site = try Site()
    func open() throws -> Int {
      let place = site.web.open(now: site.now)
      let id = try #require(place)
      _ = site.web.receive(id, bytes(Self.requests[0]).span, now: site.now)
      return id
    }
    let ids = [try open(), try open()]
    var openCount = 0
    var delayed: FileAnswer?
    var (opened, closed) = (0, 0)
    var answers: [[UInt8]] = [[], []]
    for _ in 0..<60 {
      try site.step { command, id in
        switch command {
        case .open:
          openCount += 1
          opened += 1
          let answer = FileAnswer(id: id, status: .success, value: UInt64(openCount))
          guard openCount == 2 else { return [answer] }
          delayed = answer
          return []
        case .close:
          closed += 1
          return site.honest(command, id)
        case .stat:
          let late = delayed
          delayed = nil
          return (late.map { [$0] } ?? []) + site.honest(command, id)
        default: return site.honest(command, id)
        }
      }
      for (index, id) in ids.enumerated() { answers[index] += site.read(id) }
    }
    for answer in answers {
      #expect(text(answer).hasPrefix("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n"))
      #expect(answer.suffix(20_000) == (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }[...])
    }
    #expect(openCount == 2 && opened == closed && site.files.openFiles == 0)
  }

  /// LionsOS's NFS component answers `error` to every failure, so that the file counts as missing. From
  /// a server that has a status for missing files, `error` is a failure.
  @Test(arguments: [FileStatus.error, .noFile]) func serversOfFewWords(missing: FileStatus) throws {
    let site = try Site()
    func get(_ path: String) throws -> String {
      let place = site.web.open(now: site.now)
      let id = try #require(place)
      _ = site.web.receive(id, bytes("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n").span, now: site.now)
      var answer: [UInt8] = []
      for _ in 0..<20 {
        try site.step { command, id in
          switch command {
          case .stat(let path, _), .open(let path, _):
            let start = Int(path.offset)
            switch text(site.share.dump(start..<start + Int(path.byteCount))) {
            case "/page.html": return site.honest(command, id)
            case "/broken": return [FileAnswer(id: id, status: .error)]
            default: return [FileAnswer(id: id, status: missing)]
            }
          default: return site.honest(command, id)
          }
        }
        answer += site.read(id)
      }
      return text(answer.prefix(13))
    }
    #expect(try get("/page.html") == "HTTP/1.1 200 ")
    #expect(try get("/page") == "HTTP/1.1 200 ", "there is no file by the name alone")
    #expect(try get("/none") == "HTTP/1.1 404 ")
    #expect(try get("/broken") == (missing == .error ? "HTTP/1.1 404 " : "HTTP/1.1 502 "))
  }
}
