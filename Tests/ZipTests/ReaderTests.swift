// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import Glibc
import HostIO
import TestSupport
import Testing
import Zip

/// Archives read back by other programs.
@Suite(.serialized) struct ReaderTests {
  /// Files whose sizes are known, or at least below 4 GiB.
  private static var files: [File] {
    var generator = SeededGenerator(seed: 6)
    let words = (0..<50).map { _ in generator.bytes(1 + generator.below(9)) }
    var text: [UInt8] = []
    for _ in 0..<20_000 { text += generator.pick(words) ?? [] }
    let noise = generator.bytes(70_000)
    return [
      File(name: "text", contents: text, byteLimit: UInt64(text.count)),
      File(
        name: "Noise.bin", contents: noise, modified: ModificationTime(unixSeconds: 1_700_000_001)),
      File(name: "noise.bin", contents: noise + text + noise), File(name: "empty", contents: []),
      File(name: "zeroes", contents: [UInt8](repeating: 0, count: 300_000)),
      File(name: "Ärger/日本/🐈.txt", contents: Array("cat".utf8)), File(name: "../x", contents: [0]),
      File(name: "one", contents: [1]),
    ]
  }

  /// The names that those get.
  private static let names = [
    "text", "Noise.bin", "noise (2).bin", "empty", "zeroes", "Ärger/日本/🐈.txt", "x", "one",
  ]

  @Test(arguments: Reader.installed) func ordinaryArchive(reader: Reader) throws {
    let level = reader == .unzip || reader == .python ? DeflateLevel.good : .fast
    let files = Self.files.map { file in
      var file = file
      file.byteLimit = file.byteLimit ?? 1 << 30
      return file
    }
    try expect(reader, files, Self.names, level)
  }

  /// The form of zip64, which small files get if their sizes are not known. Java read streams of it from version 22 on.
  @Test(arguments: Reader.installed.filter { $0 != .javaStream }) func unknownSizes(reader: Reader)
    throws
  {
    try expect(reader, Self.files, Self.names, .fast)
  }

  // For unzip, an archive without entries is worth an exit status of 1.
  @Test(arguments: Reader.installed.filter { $0 != .unzip }) func noEntries(reader: Reader) throws {
    try expect(reader, [], [], .fast)
  }

  @Test(arguments: Reader.installed.filter { $0 == .python || $0 == .javaFile }) func names(
    reader: Reader
  ) throws {
    var generator = SeededGenerator(seed: 7)
    let words = [
      "..", "/", "\\", "con", ".", " ", "C:", "\0", "é", "a", "\u{202e}", "🐈", "(", "\n",
    ]
    var names = EntryNames(limit: 1000)
    var given: [String] = []
    let files = try (0..<200).map { _ in
      let name = (0..<generator.below(8 as Int)).map { _ in generator.pick(words) ?? "" }.joined()
      let taken = try names.add(EntryName(name) ?? .unnamed)
      given.append(String(decoding: taken.bytes, as: UTF8.self))
      return File(name: name, contents: generator.bytes(generator.below(9)), byteLimit: 9)
    }
    try expect(reader, files, given, .fast)
  }

  private func expect(
    _ reader: Reader, _ files: [File], _ names: [String], _ level: DeflateLevel
  ) throws {
    let folder = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(folder) }
    try Files.replace(folder + "/a.zip", with: archive(files, level: level))
    let entries = zip(files, names).map { file, name in
      var crc = CRC32()
      crc.update(file.contents.span)
      return Entry(name: name, byteCount: file.contents.count, crc: crc.value)
    }
    try reader.expect(entries, in: folder + "/a.zip")
  }

  // MARK: Large archives

  @Test func seventyThousandEntries() throws {
    let folder = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(folder) }
    let limits = ZipLimits(entryCount: 70_001, directoryByteCount: 4 << 20)
    let file = try ArchiveFile(folder + "/a.zip", limits: limits)
    var entries: [Entry] = []
    for number in 0..<70_000 {
      let text = Array("\(number)".utf8)
      try file.add("f/\(number)", text.count, of: text, atMost: 5)
      entries.append(Entry(name: "f/\(number)", byteCount: text.count, crc: file.crc))
    }
    try file.finish()
    for reader in Reader.installed { try reader.expect(entries, in: folder + "/a.zip") }
  }

  /// Sizes and offsets of more than 32 bits, and small entries on both sides of them.
  @Test(
    .enabled(if: getenv("SERVAL_LONG") != nil, "needs SERVAL_LONG=1: it compresses 5 GB"))
  func fiveGigabytes() throws {
    let folder = try TemporaryDirectory.make()
    defer { TemporaryDirectory.remove(folder) }
    let file = try ArchiveFile(folder + "/a.zip", limits: ZipLimits())
    var entries: [Entry] = []
    let zeroes = [UInt8](repeating: 0, count: 1 << 20)
    for (name, count, limit) in [
      ("before", 3, 3), ("zeroes", 5 << 30, nil), ("after", 3, 3),
    ] as [(String, Int, UInt64?)] {
      try file.add(name, count, of: zeroes, atMost: limit)
      entries.append(Entry(name: name, byteCount: count, crc: file.crc))
    }
    try file.finish()
    for reader in Reader.installed { try reader.expect(entries, in: folder + "/a.zip") }
  }
}

/// An archive that is written to a file as it is made.
private final class ArchiveFile {
  private var writer: ZipWriter
  private let stream: UnsafeMutablePointer<FILE>
  /// The checksum of the last entry.
  private(set) var crc: UInt32 = 0

  init(_ path: String, limits: ZipLimits) throws {
    writer = ZipWriter(level: .fast, limits: limits)
    stream = try #require(fopen(path, "w"))
  }

  /// Adds an entry of `count` bytes, of which `piece` has the first ones, again and again.
  func add(_ name: String, _ count: Int, of piece: [UInt8], atMost limit: UInt64?) throws {
    var crc = CRC32()
    while try !writer.begin(EntryName(name) ?? .unnamed, atMost: limit) { drain() }
    var rest = count
    while rest > 0 {
      let taken = try writer.write(piece.span.extracting(..<min(rest, piece.count)))
      crc.update(piece.span.extracting(..<taken))
      rest -= taken
      drain()
    }
    while try !writer.endEntry() { drain() }
    self.crc = crc.value
  }

  func finish() throws {
    while try !writer.finish() { drain() }
    drain()
    let isFinished = writer.isFinished
    #expect(isFinished)
    #expect(fclose(stream) == 0)
  }

  private func drain() {
    writer.drain { bytes in
      bytes.withUnsafeBufferPointer { fwrite($0.baseAddress, 1, $0.count, stream) }
    }
  }
}
