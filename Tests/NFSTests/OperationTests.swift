// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NFS
import NFSTestSupport
import Testing
import Time

@Suite struct OperationTests {
  private let server = FakeServer()

  private func open(_ simulation: Simulation, _ path: String) throws -> FileHandle {
    try #require(simulation.run(.open(path: bytes(path), .read)).file)
  }

  @Test func paths() {
    let a = server.add("a", type: 2)
    let b = server.add("b", type: 2, in: a)
    _ = server.add("f", bytes("abc"), in: b)
    _ = server.add("up", bytes("/a/b"), type: 5, in: b)
    _ = server.add("side", bytes("b/./f"), type: 5, in: a)
    _ = server.add("self", bytes("self"), type: 5)
    _ = server.add("empty", [], type: 5)
    _ = server.add("long", [UInt8](repeating: 0x61, count: 4095), type: 5)
    let simulation = Simulation(server)
    func size(_ path: String) -> UInt64? {
      simulation.run(.attributes(path: bytes(path))).attributes?.size
    }
    func error(_ path: String) -> FileError? {
      simulation.run(.attributes(path: bytes(path))).error
    }
    for path in [
      "a/b/f", "/a/b/f", "//a//b///f", "./a/./b/f", "../../a/b/f", "a/b/up/f", "a/side",
      "/a/b/up/up/up/f",
    ] {
      #expect(size(path) == 3, "\(path)")
    }
    #expect(error("self") == .tooManyLinks && error("empty") == .tooManyLinks)
    #expect(error("long/x") == .tooManyLinks && error("a/b/f/") == .server(.notDirectory))
    #expect(error("a/b/f/x") == .server(.notDirectory) && error("no/such") == .server(.noEntry))
    #expect(error(String(repeating: "x", count: 256)) == .server(.nameTooLong))
    #expect(error("a\u{0}b") == .invalidPath)
    #expect(error(String(repeating: "/", count: 4096)) == .invalidPath)
    #expect(simulation.run(.open(path: bytes("a"), .read)).error == .server(.isDirectory))
  }

  /// A link inside the folder cannot lead out of it, whichever way it takes.
  @Test func confinedLinks() {
    let site = server.add("site", type: 2)
    let folder = server.add("folder", type: 2, in: site)
    _ = server.add("f", bytes("abc"), in: folder)
    _ = server.add("out", bytes("abc"))
    _ = server.add("current", bytes("/site"), type: 5)
    func link(_ name: String, _ target: String, in directory: UInt64) {
      _ = server.add(name, bytes(target), type: 5, in: directory)
    }
    link("in", "folder/f", in: site)
    link("back", "../folder/f", in: folder)
    link("here", ".", in: site)
    link("whole", "//site/./folder", in: site)
    link("up", "../out", in: site)
    link("up2", "..//../out", in: folder)
    link("andback", "../site/folder/f", in: site)
    link("root", "/out", in: site)
    link("near", "/sites/f", in: site)
    link("self", "self", in: site)
    let simulation = Simulation(server)
    func size(_ path: String) -> UInt64? {
      simulation.run(.attributes(path: bytes(path))).attributes?.size
    }
    func error(_ path: String) -> FileError? {
      simulation.run(.attributes(path: bytes(path))).error
    }
    #expect(size("site/up") == 3 && size("site/root") == 3, "where nothing is confined")
    simulation.client.confinement = bytes("site")
    for path in [
      "site/folder/f", "//site//in", "site/folder/back", "site/here/here/in", "site/whole/f",
      "site/whole/back", "out",
    ] {
      #expect(size(path) == 3, "\(path)")
    }
    for path in [
      "site/up", "site/here/up", "site/folder/up2", "site/whole/up2", "site/andback", "site/root",
      "site/near", "site/up/x", "site/whole/../up",
    ] {
      #expect(error(path) == .server(.noEntry), "\(path)")
    }
    #expect(error("site/self") == .tooManyLinks)
    #expect(simulation.run(.open(path: bytes("site/up"), .read)).error == .server(.noEntry))
    #expect(simulation.run(.list(path: bytes("site/up"))).error == .server(.noEntry))
    // The folder itself may be reached through a link. Paths outside of it are unaffected.
    simulation.client.confinement = bytes("/current/")
    #expect(size("current/in") == 3 && size("current/folder/back") == 3)
    #expect(error("current/up") == .server(.noEntry))
    #expect(error("current/whole/f") == .server(.noEntry), "outside by the name it has")
    #expect(size("site/up") == 3)
    simulation.client.confinement = bytes("site/folder")
    #expect(error("site/folder/back") == .server(.noEntry) && size("site/up") == 3)
  }

  @Test func caches() throws {
    _ = server.add("f", bytes("abc"))
    let simulation = Simulation(server)
    let file = try open(simulation, "f")
    #expect(simulation.run(.read(file, offset: 0, count: 9)).data == bytes("abc"))
    let calls = server.calls
    _ = try open(simulation, "f")
    #expect(simulation.run(.read(file, offset: 1, count: 9)).data == bytes("bc"))
    #expect(simulation.run(.attributes(path: bytes("f"))).attributes?.size == 3)
    #expect(server.calls == calls, "nothing was asked")
    // The file changes: the cache serves the old version until it expires, then the new one.
    server.nodes[2]?.data = bytes("defg")
    server.nodes[2]?.modified = 2
    #expect(simulation.run(.read(file, offset: 0, count: 9)).data == bytes("abc"))
    simulation.now += 3 * second
    #expect(simulation.run(.read(file, offset: 0, count: 9)).data == bytes("defg"))
    // The absence of a name is cached for a shorter time.
    #expect(simulation.run(.attributes(path: bytes("g"))).error == .server(.noEntry))
    _ = server.add("g")
    #expect(simulation.run(.attributes(path: bytes("g"))).error == .server(.noEntry))
    simulation.now += second
    #expect(simulation.run(.attributes(path: bytes("g"))).error == nil)
  }

  /// If the file has not changed, one GETATTR revalidates its data.
  @Test func revalidation() throws {
    _ = server.add("f", bytes("abc"))
    let simulation = Simulation(server)
    let file = try open(simulation, "f")
    _ = simulation.run(.read(file, offset: 0, count: 9))
    simulation.now += 10 * second
    let (looks, reads) = (server.calls[1] ?? 0, server.calls[6] ?? 0)
    #expect(simulation.run(.read(file, offset: 0, count: 9)).data == bytes("abc"))
    #expect(server.calls[1] == looks + 1 && server.calls[6] == reads)
  }

  @Test(arguments: [65_536, 4096, 1000, 1]) func shortReads(_ limit: Int) throws {
    let data = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    _ = server.add("f", data)
    server.readLimit = limit
    let simulation = Simulation(server)
    let file = try open(simulation, "f")
    let result = simulation.run(.read(file, offset: 17, count: 1 << 50))
    if limit == 1 {
      #expect(result.error == .protocolViolation, "this server would be asked ten thousand times")
    } else {
      #expect(result.data == Array(data[17...]))
      #expect(simulation.run(.read(file, offset: 10_000, count: 1)).data == [])
      #expect(simulation.run(.read(file, offset: .max, count: .max)).data == [])
    }
  }

  @Test(arguments: [0, 1, 512, 1000, 8192, 1 << 30] as [UInt32], [false, true])
  func readSizes(_ maximum: UInt32, _ omitsAttributes: Bool) throws {
    let data = (0..<100_001).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 1) }
    _ = server.add("f", data)
    server.readMaximum = maximum
    server.omitsAttributes = omitsAttributes
    var settings = ClientSettings()
    settings.blockCount = 8
    let simulation = Simulation(server, settings)
    let file = try open(simulation, "f")
    var read: [UInt8] = []
    while let piece = simulation.run(.read(file, offset: UInt64(read.count), count: 7000)).data,
      !piece.isEmpty
    {
      read += piece
    }
    #expect(read == data)
  }

  @Test func readsAhead() throws {
    _ = server.add("f", [UInt8](repeating: 1, count: 40 * 65_536))
    let simulation = Simulation(server)
    let file = try open(simulation, "f")
    simulation.latency = .milliseconds(10)
    let start = simulation.now
    var offset: UInt64 = 0
    while let piece = simulation.run(.read(file, offset: offset, count: 65_536)).data,
      !piece.isEmpty
    {
      offset += UInt64(piece.count)
    }
    #expect(offset == 40 * 65_536)
    // Without read-ahead it would take 40 round trips of 10 ms.
    #expect(simulation.now - start < .milliseconds(150))
    #expect(simulation.client.blockReads == 40 && simulation.client.blockReadsAhead > 30)
    // Random access causes no read-ahead.
    let ahead = simulation.client.blockReadsAhead
    simulation.now += 100 * second
    server.nodes[2]?.modified = 3
    for number: UInt64 in [30, 10, 20, 5] {
      _ = simulation.run(.read(file, offset: number * 65_536, count: 10))
    }
    #expect(simulation.client.blockReadsAhead == ahead)
  }

  @Test func manyReadersFewBlocks() throws {
    var settings = ClientSettings()
    settings.blockCount = 4
    settings.operationLimit = 100
    for number in 0..<50 {
      _ = server.add("\(number)", [UInt8](repeating: UInt8(number), count: 70_000))
    }
    let simulation = Simulation(server, settings)
    _ = simulation.run(.mount)
    let opening = (0..<50).map { simulation.start(.open(path: bytes("\($0)"), .read)) }
    simulation.wait(opening)
    let files = try opening.map { try #require(simulation.results[$0]?.file) }
    let reading = files.map { simulation.start(.read($0, offset: 0, count: 70_000)) }
    simulation.wait(reading)
    for (number, tag) in reading.enumerated() {
      let data = try #require(simulation.results[tag]?.data)
      #expect(!data.isEmpty && data == [UInt8](repeating: UInt8(number), count: data.count))
    }
  }

  /// A small file takes no more cache than its size, and a thousand of them stay within the limit.
  @Test func manySmallFiles() throws {
    var settings = ClientSettings()
    settings.blockBytes = 100_000
    for number in 0..<1000 {
      _ = server.add("\(number)", [UInt8](repeating: UInt8(number & 0xff), count: 1000))
    }
    let simulation = Simulation(server, settings)
    for number in 0..<1000 {
      let file = try open(simulation, "\(number)")
      let data = simulation.run(.read(file, offset: 0, count: 4000)).data
      #expect(data == [UInt8](repeating: UInt8(number & 0xff), count: 1000))
      #expect(simulation.client.cachedByteCount <= 100_000)
    }
    #expect(simulation.client.cachedByteCount > 90_000)
    let reads = server.calls[6]
    let last = try open(simulation, "999")
    _ = simulation.run(.read(last, offset: 0, count: 4000))
    #expect(server.calls[6] == reads)
  }

  @Test func full() {
    let simulation = Simulation(server)
    simulation.isDown = true
    for _ in 0..<128 { _ = simulation.start(.mount) }
    #expect(!simulation.client.hasRoom && simulation.client.operationCount == 128)
    #expect(simulation.results.isEmpty)
    #expect(simulation.run(.mount).error == .timedOut, "not taken")
  }

  @Test func lists() {
    let directory = server.add("d", type: 2)
    for number in 0..<100 { _ = server.add("\(number)", in: directory) }
    let simulation = Simulation(server)
    guard case .entries(let entries) = simulation.run(.list(path: bytes("d"))) else {
      return #expect(Bool(false))
    }
    #expect(entries.map { text($0.name) } == (0..<100).map { "\($0)" })
    let calls = server.calls[3]
    _ = simulation.run(.attributes(path: bytes("d/50")))
    #expect(server.calls[3] == calls, "the listing brought names and attributes")
    var settings = ClientSettings()
    settings.listLimit = 50
    let small = Simulation(server, settings)
    #expect(small.run(.list(path: bytes("d"))).error == .directoryTooLarge)
    // The limit covers all listings together, and all of it is released afterwards.
    settings.listLimit = 150
    let several = Simulation(server, settings)
    let tags = (0..<4).map { _ in several.start(.list(path: bytes("d"))) }
    several.wait(tags)
    #expect(tags.contains { several.results[$0]?.error == .directoryTooLarge })
    #expect(several.run(.list(path: bytes("d"))).error == nil)
    #expect(small.run(.list(path: bytes("d/1"))).error != nil)
  }
}
