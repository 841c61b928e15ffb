// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import NFS
import NFSFileServer
import NFSTestSupport
import Rings
import TargetTestSupport
import Testing

@Suite struct ServerTests {
  private let setup: Setup
  private let buffer = ShareBuffer(offset: 8192, byteCount: 4096)

  init() throws { setup = try Setup() }

  private func begin() throws {
    #expect(try setup.status(.initialise) == .success)
  }

  @Test func lifecycle() throws {
    #expect(try setup.status(.stat(path: setup.path("/"), buffer: buffer)) == .error)
    #expect(try setup.status(.deinitialise) == .error)
    try begin()
    #expect(try setup.status(.initialise) == .error)
    #expect(try setup.status(.deinitialise) == .success)
    try begin()
  }

  /// A failed mount can be retried.
  @Test func serverComesUpLater() throws {
    setup.wire.isDown = true
    #expect(try setup.status(.initialise) == .error)
    setup.wire.isDown = false
    try begin()
  }

  /// Current attributes of an open file. LionsOS's protocol lacks such a command, so it is FILE_SIZE with more words.
  @Test func openFilesAreLookedAt() throws {
    let number = setup.files.add("f", bytes("hello"))
    try begin()
    let file = try setup.run(.open(path: setup.path("/f"), .read)).value
    setup.files.nodes[number]?.data = bytes("hello world")
    setup.files.nodes[number]?.modified = 5
    #expect(try setup.status(.statOpen(file, buffer: buffer)) == .success, "not from a cache")
    let stat = try #require(FileStat(setup.data(8192..<8192 + 136)))
    #expect(stat.size == 11 && stat.modified == 5 && stat.fileNumber == number)
    // The returned word shows that the server knows the extension; others do not return it.
    let none = try setup.run(.statOpen(.max, buffer: buffer))
    #expect(none.status == .invalidDescriptor && none.value == FileCommand.statOpenWord)
    let few = ShareBuffer(offset: 0, byteCount: 135)
    #expect(try setup.status(.statOpen(file, buffer: few)) == .invalidBuffer)
    #expect(try setup.run(.size(file)).value == 11)
    // A client that uses the extension also learns that the server is unreachable.
    setup.lose()
    #expect(try setup.status(.statOpen(file, buffer: buffer)) == .unreachable)
  }

  @Test func files() throws {
    _ = setup.files.add("f", bytes("hello world"))
    try begin()
    #expect(try setup.status(.stat(path: setup.path("f\0junk"), buffer: buffer)) == .success)
    let stat = try #require(FileStat(setup.data(8192..<8192 + 136)))
    #expect(stat.size == 11 && stat.isRegular && stat.fileNumber == 2 && stat.mode == 0o100644)
    let file = try setup.run(.open(path: setup.path("/f"), .read)).value
    #expect(try setup.run(.size(file)).value == 11)
    let read = try setup.run(.read(file, offset: 6, buffer: buffer))
    #expect(read.status == .success && read.value == 5)
    #expect(text(setup.data(8192..<8197)) == "world")
    #expect(try setup.run(.read(file, offset: 11, buffer: buffer)).value == 0)
    let few = ShareBuffer(offset: 100, byteCount: 2)
    #expect(try setup.run(.read(file, offset: 0, buffer: few)).value == 2)
    #expect(setup.data(100..<103) == [0x68, 0x65, 0])
    #expect(try setup.status(.write(file, offset: 0, buffer: few)) == .invalidWrite)
    #expect(try setup.status(.truncate(file, length: 0)) == .invalidWrite)
    #expect(try setup.status(.readDirectory(file, buffer: buffer)) == .invalidDescriptor)
    #expect(try setup.status(.close(file)) == .success)
    #expect(try setup.status(.close(file)) == .invalidDescriptor)
    #expect(try setup.status(.size(file)) == .invalidDescriptor, "stale")
    let next = try setup.run(.open(path: setup.path("f"), .write)).value
    #expect(next == file + 256, "the same place, the next generation")
    #expect(try setup.status(.read(next, offset: 0, buffer: buffer)) == .invalidRead)
  }

  @Test func closingWhileInUse() throws {
    _ = setup.files.add("f", bytes("hello"))
    try begin()
    let file = try setup.run(.open(path: setup.path("f"), .read)).value
    let reading = try setup.submit(.read(file, offset: 0, buffer: buffer))
    #expect(try setup.status(.close(file)) == .outstandingOperations)
    #expect(try setup.status(.deinitialise) == .outstandingOperations)
    #expect(try setup.wait(reading).value == 5)
    #expect(try setup.status(.close(file)) == .success)
  }

  @Test func directories() throws {
    let directory = setup.files.add("d", type: 2)
    for name in ["a", "bb", "ccc"] { _ = setup.files.add(name, in: directory) }
    try begin()
    let descriptor = try setup.run(.openDirectory(path: setup.path("d"))).value
    var names: [String] = []
    while true {
      let answer = try setup.run(.readDirectory(descriptor, buffer: buffer))
      guard answer.status == .success else {
        #expect(answer.status == .endOfDirectory)
        break
      }
      names.append(text(setup.data(8192..<8192 + Int(answer.value))))
    }
    #expect(names == ["a", "bb", "ccc"])
    #expect(try setup.run(.tellDirectory(descriptor)).value == 3)
    #expect(try setup.status(.seekDirectory(descriptor, location: 1)) == .success)
    #expect(try setup.run(.readDirectory(descriptor, buffer: buffer)).value == 2)
    #expect(try setup.status(.seekDirectory(descriptor, location: .max)) == .success)
    #expect(try setup.status(.readDirectory(descriptor, buffer: buffer)) == .endOfDirectory)
    #expect(try setup.status(.seekDirectory(descriptor, location: -1)) == .error)
    #expect(try setup.status(.rewindDirectory(descriptor)) == .success)
    #expect(try setup.run(.tellDirectory(descriptor)).value == 0)
    #expect(try setup.status(.close(descriptor)) == .invalidDescriptor)
    #expect(try setup.status(.closeDirectory(descriptor)) == .success)
    #expect(try setup.status(.tellDirectory(descriptor)) == .invalidDescriptor)
    #expect(try setup.status(.openDirectory(path: setup.path("d/a"))) == .notDirectory)
  }

  /// Every command that changes files, and its effect.
  @Test func changes() throws {
    try begin()
    func path(_ text: String) -> ShareBuffer { setup.path(text) }
    let new = setup.path("d/new", at: 512)
    #expect(try setup.status(.makeDirectory(path: path("d"))) == .success)
    #expect(try setup.status(.makeDirectory(path: path("d"))) == .alreadyExists)
    #expect(try setup.status(.open(path: path("d/f"), .readWrite)) == .noFile)
    let file = try setup.run(.open(path: path("d/f"), .readWrite.creating)).value
    for (index, byte) in bytes("hello world").enumerated() {
      setup.share.poke(byte, at: 8192 + index)
    }
    let text = ShareBuffer(offset: 8192, byteCount: 11)
    #expect(try setup.run(.write(file, offset: 2, buffer: text)).value == 11)
    #expect(try setup.run(.size(file)).value == 13)
    #expect(try setup.status(.truncate(file, length: 7)) == .success)
    #expect(try setup.status(.synchronise(file)) == .success)
    #expect(setup.files.calls[21] == 1)
    let target = ShareBuffer(offset: 16_384, byteCount: 4096)
    #expect(try setup.run(.read(file, offset: 0, buffer: target)).value == 7)
    #expect(setup.data(16_384..<16_391) == [0, 0] + bytes("hello"))
    #expect(try setup.status(.rename(from: path("d/f"), to: new)) == .success)
    #expect(try setup.status(.rename(from: path("d/f"), to: new)) == .noFile)
    #expect(try setup.status(.stat(path: path("d/f"), buffer: buffer)) == .noFile)
    #expect(try setup.status(.stat(path: path("d/new"), buffer: buffer)) == .success)
    #expect(try setup.status(.removeDirectory(path: path("d"))) == .notEmpty)
    #expect(try setup.status(.remove(path: path("d/new"))) == .success)
    #expect(try setup.status(.removeDirectory(path: path("d"))) == .success)
    #expect(try setup.status(.openDirectory(path: path("d"))) == .noFile)
  }

  /// A read falls short only at the end of the file, wherever it begins and however little the server returns per
  /// call; a write is always complete.
  @Test(arguments: [65_536, 1500, 7777]) func longReadsAndWrites(readLimit: Int) throws {
    let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    _ = setup.files.add("f", content)
    setup.files.readLimit = readLimit
    try begin()
    let file = try setup.run(.open(path: setup.path("f"), .readWrite)).value
    func read(_ offset: Int, _ count: Int) throws -> [UInt8] {
      let into = ShareBuffer(offset: 16_384, byteCount: UInt64(count))
      setup.share.poke(0xee, at: 16_384 + count)
      let answer = try setup.run(.read(file, offset: UInt64(offset), buffer: into))
      #expect(
        answer.status == .success && setup.share.dump(16_384 + count..<16_385 + count) == [0xee])
      return setup.data(16_384..<16_384 + Int(answer.value))
    }
    for (offset, count) in [(0, 300_000), (60_000, 20_000), (65_535, 2), (1, 131_072)] {
      #expect(try read(offset, count) == Array(content[offset..<offset + count]))
    }
    #expect(try read(250_000, 400_000) == Array(content[250_000...]))
    #expect(try read(300_000, 400_000) == [])
    for index in 0..<200_000 {
      setup.share.poke(UInt8(truncatingIfNeeded: index &* 3), at: 16_384 + index)
    }
    let from = ShareBuffer(offset: 16_384, byteCount: 200_000)
    #expect(try setup.run(.write(file, offset: 250_001, buffer: from)).value == 200_000)
    #expect(try setup.run(.size(file)).value == 450_001)
    let written = try read(250_000, 210_000)
    #expect(written.count == 200_001 && written[0] == content[250_000])
    #expect(
      written.indices.dropFirst().allSatisfy {
        written[$0] == UInt8(truncatingIfNeeded: ($0 - 1) &* 3)
      })
  }

  /// More concurrent reads than the client has operations, each of several calls: each gets its own bytes.
  @Test func manyLongReads() throws {
    let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 >> 3 ^ $0) }
    _ = setup.files.add("f", content)
    try begin()
    let file = try setup.run(.open(path: setup.path("f"), .read)).value
    let tags = try (0..<200).map { number in
      try setup.submit(
        .read(
          file, offset: UInt64(64_000 + number * 13),
          buffer: ShareBuffer(offset: UInt64(number * 5000), byteCount: 5000)))
    }
    for (number, tag) in tags.enumerated() {
      #expect(try setup.wait(tag).value == 5000)
      let start = 64_000 + number * 13
      #expect(
        setup.data(number * 5000..<number * 5000 + 5000) == Array(content[start..<start + 5000]))
    }
    #expect(try setup.status(.close(file)) == .success, "no longer in use")
  }

  /// A read returns the bytes from before the server was lost; the next one fails.
  @Test func readsThatEndEarly() throws {
    _ = setup.files.add("f", [UInt8](repeating: 7, count: 900_000))
    try begin()
    let file = try setup.run(.open(path: setup.path("f"), .read)).value
    let first = ShareBuffer(offset: 0, byteCount: 524_288)
    #expect(try setup.run(.read(file, offset: 0, buffer: first)).value == 524_288)
    setup.lose()
    let long = ShareBuffer(offset: 0, byteCount: 900_000)
    let answer = try setup.run(.read(file, offset: 0, buffer: long))
    #expect(answer.status == .success && answer.value >= 524_288 && answer.value < 900_000)
    #expect(try setup.status(.read(file, offset: answer.value, buffer: long)) == .error)
    #expect(try setup.status(.close(file)) == .success)
  }

  /// Each status of RFC 1813, and an undefined one.
  @Test func statusOfEachError() {
    let expected: [UInt32: FileStatus] = [
      0: .success, 1: .denied, 2: .noFile, 5: .error, 6: .error, 13: .denied, 17: .alreadyExists,
      18: .error, 19: .error, 20: .notDirectory, 21: .invalidPath, 22: .error,
      27: .allocationError, 28: .allocationError, 30: .denied, 31: .error, 63: .invalidName,
      66: .notEmpty, 69: .allocationError, 70: .invalidDescriptor, 71: .error,
      10_001: .invalidDescriptor, 10_002: .error, 10_003: .error, 10_004: .error, 10_005: .error,
      10_006: .error, 10_007: .error, 10_008: .error, 4711: .error,
    ]
    for (number, status) in expected {
      #expect(FileStatus(NFSStatus(rawValue: number)) == status, "\(number)")
    }
    let own: [(FileError, FileStatus)] = [
      (.tooManyLinks, .invalidPath), (.invalidPath, .invalidPath), (.wrongType, .invalidPath),
      (.directoryTooLarge, .allocationError), (.timedOut, .error), (.protocolViolation, .error),
    ]
    for (error, status) in own { #expect(FileStatus(error) == status) }
  }

  @Test func statuses() throws {
    _ = setup.files.add("f")
    try begin()
    func open(_ path: String) throws -> FileStatus {
      try setup.status(.open(path: setup.path(path), .read))
    }
    #expect(try open("g") == .noFile && open("f/x") == .notDirectory && open("/") == .invalidPath)
    #expect(try open(String(repeating: "n", count: 256)) == .invalidName)
    #expect(try setup.status(.remove(path: setup.path("f"))) == .success)
    #expect(try setup.status(.remove(path: setup.path("f"))) == .noFile)
  }

  @Test func descriptorsRunOut() throws {
    _ = setup.files.add("f")
    try begin()
    for _ in 0..<256 {
      #expect(try setup.status(.open(path: setup.path("f"), .read)) == .success)
    }
    #expect(try setup.status(.open(path: setup.path("f"), .read)) == .allocationError)
    #expect(try setup.status(.openDirectory(path: setup.path("/"))) == .allocationError)
    #expect(try setup.status(.close(3)) == .success)
    #expect(try setup.run(.open(path: setup.path("f"), .read)).value == 3 + 256)
  }

  /// The server holds a limited amount of data to write: further commands wait in the queue, and all complete.
  @Test func manyWrites() throws {
    try begin()
    let file = try setup.run(.open(path: setup.path("f"), .write.creating)).value
    let data = ShareBuffer(offset: 65_536, byteCount: 65_536)
    let tags = try (0..<300).map { _ in try setup.submit(.write(file, offset: 0, buffer: data)) }
    let taken = setup.counters.commands
    _ = setup.serve()
    #expect(setup.counters.commands - taken == 32, "2 MB of 64 KB each")
    for tag in tags { #expect(try setup.wait(tag).value == 65_536) }
    #expect(setup.counters.commands - taken == 300)
  }

  @Test func manyInFlight() throws {
    for number in 0..<511 { _ = setup.files.add("\(number)", [UInt8](repeating: 1, count: number)) }
    try begin()
    let tags = try (0..<511).map { number in
      try setup.submit(
        .stat(
          path: setup.path("\(number)", at: number * 8),
          buffer: ShareBuffer(offset: UInt64(65_536 + 256 * number), byteCount: 136)))
    }
    #expect(throws: PeerFault.self) { _ = try setup.submit(.initialise) }
    for (number, tag) in tags.enumerated() {
      #expect(try setup.wait(tag).status == .success)
      let offset = 65_536 + 256 * number
      #expect(FileStat(setup.data(offset..<offset + 136))?.size == UInt64(number))
    }
  }
}

/// Messages as lions/fs/protocol.h lays them out.
@Suite struct MessageTests {
  static let path = ShareBuffer(offset: 16, byteCount: 5)
  static let other = ShareBuffer(offset: 64, byteCount: 300)
  static let commands: [(FileCommand, [UInt64])] = [
    (.initialise, [0]), (.deinitialise, [1]),
    (.initialiseConfined(folder: path), [0, 16, 5, 0x6e49_6c61_7672_6553]),
    (.open(path: path, .readWrite.creating), [2, 16, 5, 6]), (.close(9), [3, 9]),
    (.stat(path: path, buffer: other), [4, 16, 5, 64, 300]),
    (.read(9, offset: 7, buffer: other), [5, 9, 7, 64, 300]),
    (.write(9, offset: 7, buffer: other), [6, 9, 7, 64, 300]), (.size(9), [7, 9]),
    (.rename(from: path, to: other), [8, 16, 5, 64, 300]), (.remove(path: path), [9, 16, 5]),
    (.truncate(9, length: 8), [10, 9, 8]), (.makeDirectory(path: path), [11, 16, 5]),
    (.removeDirectory(path: path), [12, 16, 5]), (.openDirectory(path: path), [13, 16, 5]),
    (.closeDirectory(9), [14, 9]), (.synchronise(9), [15, 9]),
    (.readDirectory(9, buffer: other), [16, 9, 64, 300]),
    (.seekDirectory(9, location: -1), [17, 9, .max]), (.tellDirectory(9), [18, 9]),
    (.rewindDirectory(9), [19, 9]),
  ]

  @Test func layout() {
    for (command, words) in Self.commands {
      let message = command.message(id: 77)
      #expect(message[0] == 77)
      for index in 0..<7 {
        #expect(message[1 + index] == (index < words.count ? words[index] : 0), "\(command)")
      }
      #expect(FileCommand.parse(message, share: 1000) == .command(command))
    }
  }

  @Test func buffersOutside() {
    for (command, words) in Self.commands where words.count >= 3 {
      let message = command.message(id: 1)
      for word in 2..<6 {
        for value: UInt64 in [0, 1000, 1001, .max, 1 << 63, 995] {
          var damaged = message
          damaged[word] = value
          guard case .command(let parsed) = FileCommand.parse(damaged, share: 1000) else {
            continue
          }
          for buffer in parsed.buffers {
            #expect(buffer.byteCount > 0 && buffer.offset < 1000)
            #expect(buffer.byteCount <= 1000 - buffer.offset)
          }
        }
      }
    }
    func refusal(_ command: FileCommand) -> FileStatus? {
      if case .refused(let status) = FileCommand.parse(command.message(id: 1), share: 10_000) {
        status
      } else {
        nil
      }
    }
    let short = ShareBuffer(offset: 0, byteCount: 135)
    #expect(refusal(.stat(path: Self.path, buffer: short)) == .invalidBuffer)
    let name = ShareBuffer(offset: 0, byteCount: 254)
    #expect(refusal(.readDirectory(1, buffer: name)) == .invalidBuffer)
    let long = ShareBuffer(offset: 0, byteCount: 4096)
    #expect(refusal(.remove(path: long)) == .invalidPath)
    #expect(refusal(.rename(from: Self.path, to: long)) == .invalidPath)
    #expect(refusal(.open(path: Self.path, .init(rawValue: 3))) == .invalidCommand)
    #expect(refusal(.open(path: Self.path, .init(rawValue: 8))) == .invalidCommand)
  }

  @Test func stat() {
    var stat = FileStat()
    stat.device = 1
    stat.size = 0x0102_0304_0506_0708
    stat.used = 17
    #expect(stat.bytes.count == 136 && stat.bytes[0] == 1 && stat.bytes[128] == 17)
    #expect(Array(stat.bytes[56..<64]) == [8, 7, 6, 5, 4, 3, 2, 1])
    #expect(FileStat(stat.bytes) == stat && FileStat(Array(stat.bytes.dropLast())) == nil)
  }
}

extension FileCommand {
  fileprivate var buffers: [ShareBuffer] {
    switch self {
    case .open(let path, _), .remove(let path), .makeDirectory(let path),
      .removeDirectory(let path), .openDirectory(let path), .initialiseConfined(let path):
      [path]
    case .stat(let path, let buffer), .rename(let path, let buffer): [path, buffer]
    case .read(_, _, let buffer), .write(_, _, let buffer), .readDirectory(_, let buffer): [buffer]
    default: []
    }
  }
}
