// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Glibc
import NFS
import NFSTestSupport
import TestSupport
import Testing

/// Over real sockets, against nfs-ganesha. Skipped unless it is installed and the tests run as root.
@Suite(.serialized, .enabled(if: GaneshaServer.isInstalled))
struct GaneshaTests {
  private func driver(
    _ server: GaneshaServer, usesPortmapper: Bool = false, client: ClientSettings = ClientSettings()
  ) -> SocketDriver {
    var settings = SessionSettings(
      exportPath: bytes(server.export),
      credentials: .system(machineName: bytes("serval"), user: 0, group: 0, groups: []))
    if !usesPortmapper {
      settings.filesPort = server.filesPort
      settings.mountPort = server.mountPort
    }
    settings.firstXID = UInt32.random(in: 0...UInt32.max)
    return SocketDriver(NFSClient(settings, client))
  }

  private func open(_ driver: SocketDriver, _ path: String, _ options: OpenOptions = .read) throws
    -> FileHandle
  {
    guard case .opened(let file, _) = driver.run(.open(path: bytes(path), options)) else {
      throw Unexpected()
    }
    return file
  }

  private struct Unexpected: Error {}

  private func readAll(_ driver: SocketDriver, _ file: FileHandle, piece: UInt64) throws -> [UInt8]
  {
    var data: [UInt8] = []
    while true {
      let result = driver.run(.read(file, offset: UInt64(data.count), count: piece))
      guard case .data(let pieces) = result else { throw Unexpected() }
      if pieces.isEmpty { return data }
      for piece in pieces { data += piece }
    }
  }

  private func error(_ result: FileResult) -> FileError? {
    if case .failed(let error) = result { error } else { nil }
  }

  @Test(.timeLimit(.minutes(2))) func readsATree() throws {
    let server = GaneshaServer()
    var numbers = SeededGenerator(seed: 9)
    var files: [String: [UInt8]] = [:]
    mkdir(server.export + "/d", 0o755)
    mkdir(server.export + "/d/e e", 0o755)
    for (name, size) in [
      ("empty", 0), ("one", 1), ("block", 65_536), ("block+1", 65_537), ("d/odd", 123_457),
      ("d/e e/big", 10_000_003), ("d/\u{e9}", 4095),
    ] {
      let data = (0..<size).map { _ in UInt8.random(in: 0...255, using: &numbers) }
      files[name] = data
      GaneshaServer.write(data, to: server.export + "/" + name)
    }
    symlink("d/odd", server.export + "/link")
    symlink("/d/e e", server.export + "/absolute")
    symlink("loop", server.export + "/loop")
    let driver = driver(server, usesPortmapper: true)
    guard case .done = driver.run(.mount) else { throw Unexpected() }
    for (name, data) in files {
      for piece: UInt64 in [32_768, 10_000, 1 << 40] where data.count < 1 << 20 || piece != 10_000 {
        #expect(try readAll(driver, try open(driver, name), piece: piece) == data, "\(name)")
      }
    }
    #expect(try readAll(driver, try open(driver, "link"), piece: 5000) == files["d/odd"])
    #expect(
      try readAll(driver, try open(driver, "absolute/big"), piece: 1 << 20) == files["d/e e/big"])
    #expect(error(driver.run(.attributes(path: bytes("loop")))) == .tooManyLinks)
    #expect(error(driver.run(.attributes(path: bytes("nothing")))) == .server(.noEntry))
    #expect(error(driver.run(.attributes(path: bytes("one/x")))) == .server(.notDirectory))
    #expect(error(driver.run(.open(path: bytes("d"), .read))) == .server(.isDirectory))
    guard case .attributes(let up) = driver.run(.attributes(path: bytes("../../d/../d/."))),
      case .attributes(let down) = driver.run(.attributes(path: bytes("/d/")))
    else { throw Unexpected() }
    #expect(up.fileNumber == down.fileNumber && up.type == .directory)
    guard case .entries(let entries) = driver.run(.list(path: bytes("/d"))) else {
      throw Unexpected()
    }
    #expect(Set(entries.map { text($0.name) }).isSuperset(of: ["odd", "e e", "\u{e9}"]))
    guard case .statistics(let statistics) = driver.run(.statistics) else { throw Unexpected() }
    #expect(statistics.totalBytes > 0)
  }

  @Test(.timeLimit(.minutes(2))) func writes() throws {
    let server = GaneshaServer()
    let driver = driver(server)
    guard case .done = driver.run(.makeDirectory(path: bytes("/new"))) else { throw Unexpected() }
    #expect(error(driver.run(.makeDirectory(path: bytes("/new")))) == .server(.exists))
    let file = try open(driver, "/new/file", [.read, .write, .create])
    let data = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    guard case .written(200_000) = driver.run(.write(file, offset: 3, data: data)) else {
      throw Unexpected()
    }
    guard case .done = driver.run(.synchronise(file)) else { throw Unexpected() }
    #expect(try readAll(driver, file, piece: 1 << 20) == [0, 0, 0] + data)
    guard case .done = driver.run(.setSize(file, 1000)) else { throw Unexpected() }
    #expect(try readAll(driver, file, piece: 1 << 20) == Array(([0, 0, 0] + data)[..<1000]))
    // Creating an existing file opens it.
    #expect(try open(driver, "/new/file", [.write, .create]) == file)
    guard case .done = driver.run(.rename(from: bytes("/new/file"), to: bytes("moved"))) else {
      throw Unexpected()
    }
    #expect(error(driver.run(.attributes(path: bytes("/new/file")))) == .server(.noEntry))
    guard case .attributes(let found) = driver.run(.attributes(path: bytes("moved"))) else {
      throw Unexpected()
    }
    #expect(found.size == 1000 && found.mode == 0o644)
    #expect(error(driver.run(.remove(path: bytes("/")))) == .invalidPath)
    guard case .done = driver.run(.remove(path: bytes("moved"))) else { throw Unexpected() }
    #expect(error(driver.run(.remove(path: bytes("moved")))) == .server(.noEntry))
    _ = try open(driver, "/new/x", [.write, .create])
    #expect(error(driver.run(.removeDirectory(path: bytes("new")))) == .server(.notEmpty))
    guard case .done = driver.run(.remove(path: bytes("new/x"))) else { throw Unexpected() }
    guard case .done = driver.run(.removeDirectory(path: bytes("new"))) else { throw Unexpected() }
    #expect(access(server.export + "/new", F_OK) != 0)
  }

  @Test(.timeLimit(.minutes(3))) func survivesRestarts() throws {
    let server = GaneshaServer()
    let data = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    GaneshaServer.write(data, to: server.export + "/file")
    // Data read ahead would be served without a connection.
    var settings = ClientSettings()
    settings.readAhead = 0
    let driver = driver(server, client: settings)
    let file = try open(driver, "file")
    var read: [UInt8] = []
    for turn in 0... {
      if turn == 10 { driver.dropConnection() }
      if turn == 20 {
        server.stop()
        server.start()
      }
      let result = driver.run(.read(file, offset: UInt64(read.count), count: 50_000))
      guard case .data(let pieces) = result else { throw Unexpected() }
      if pieces.isEmpty { break }
      for piece in pieces { read += piece }
    }
    #expect(read == data)
    #expect(driver.client.sessionCounters.connections >= 4)
  }

  @Test(.timeLimit(.minutes(1))) func manyAtOnce() throws {
    let server = GaneshaServer()
    for number in 0..<100 {
      GaneshaServer.write(
        [UInt8](repeating: UInt8(number), count: 1000 + number), to: "\(server.export)/\(number)")
    }
    let driver = driver(server)
    let opening = (0..<100).map { driver.start(.open(path: bytes("\($0)"), .read)) }
    let files = try opening.map { tag in
      guard case .opened(let file, _) = driver.wait(tag) else { throw Unexpected() }
      return file
    }
    let reading = files.map { driver.start(.read($0, offset: 0, count: 32_768)) }
    for (number, tag) in reading.enumerated() {
      guard case .data(let pieces) = driver.wait(tag) else { throw Unexpected() }
      #expect(Array(pieces.joined()) == [UInt8](repeating: UInt8(number), count: 1000 + number))
    }
  }
}
