// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import TestSupport
import Testing

@testable import Zip

struct WriterTests {
  @Test func anEmptyArchiveIsItsEndRecord() throws {
    #expect(try archive([]) == [0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18))
  }

  @Test func documentedExample() throws {
    let noise = (0..<9000 as Range<UInt32>).map {
      UInt8(truncatingIfNeeded: $0 &* $0 &* 0x9e37_79b1 >> 24)
    }
    let made = try zipped([("a", noise), ("a", [])])
    let expected = try archive([
      File(name: "a", contents: noise, byteLimit: 9000),
      File(name: "a", contents: [], byteLimit: 0),
    ])
    #expect(made == expected)
  }

  /// Text, noise, nothing, and more than the buffer holds, with sizes that are known and that are not.
  private var files: [File] {
    var generator = SeededGenerator(seed: 4)
    let words = (0..<40).map { _ in generator.bytes(1 + generator.below(9)) }
    return [
      File(name: "words", contents: Array((0..<6000).flatMap { _ in generator.pick(words) ?? [] })),
      File(name: "noise", contents: generator.bytes(9000), byteLimit: 9000),
      File(name: "nothing", contents: []), File(name: "NOTHING", contents: [], byteLimit: 0),
      File(
        name: "zeroes", contents: [UInt8](repeating: 0, count: 20_000),
        modified: ModificationTime(unixSeconds: 1_700_000_001)),
    ]
  }

  @Test(arguments: DeflateLevel.allCases) func piecesMakeNoDifference(level: DeflateLevel) throws {
    let files = files
    let whole = try archive(files, level: level)
    for (input, output) in [(1, 1), (1, 4096), (7, 13), (4096, 1), (1 << 20, 1), (1000, 4095)] {
      #expect(try archive(files, level: level, .of(input, output)) == whole, "\(input) \(output)")
    }
    let generator = Shared(SeededGenerator(seed: 5))
    for _ in 0..<fuzzIterations(5) {
      let pieces = Pieces(
        input: { 1 + generator.value.below(3000) }, output: { generator.value.below(3000) })
      #expect(try archive(files, level: level, pieces) == whole)
    }
  }

  @Test func everyPairOfPieces() throws {
    let files = [
      File(name: "a", contents: Array("one, two, one, two".utf8)), File(name: "a", contents: []),
    ]
    let whole = try archive(files)
    for input in 1...19 {
      for output in 1...40 { #expect(try archive(files, .of(input, output)) == whole) }
    }
  }

  // MARK: Limits

  @Test func limitsAreFoundBeforeTheEntry() throws {
    var writer = ZipWriter(level: .fast, limits: ZipLimits(entryCount: 1, directoryByteCount: 4096))
    try begin(&writer, "a")
    #expect(refusal(&writer, "b") == .tooManyEntries(limit: 1))
    #expect(entryCount(try finish(&writer)) == 1)

    writer = ZipWriter(level: .fast, limits: ZipLimits(entryCount: 9, directoryByteCount: 2000))
    for name in 0..<3 { try begin(&writer, "\(name)") }
    #expect(refusal(&writer, "b") == nil)
    writer = ZipWriter(level: .fast, limits: ZipLimits(entryCount: 1000, directoryByteCount: 2000))
    var count = 0
    while count < 1000, refusal(&writer, "\(count)") == nil { count += 1 }
    #expect(refusal(&writer, "b") == .directoryTooLarge(limit: 2000))
    #expect(count > 3 && count < 2000 / 32)
    #expect(entryCount(try finish(&writer)) == count)
  }

  @Test func anEntryKeepsToItsLimit() throws {
    var writer = ZipWriter(level: .fast)
    _ = try writer.begin(.unnamed, atMost: 3)
    let bytes: [UInt8] = [1, 2, 3, 4]
    let taken = try writer.write(bytes.span.extracting(..<3))
    #expect(taken == 3)
    #expect(failure { try write(&writer, bytes) } == .entryTooLarge(limit: 3))
  }

  /// Zip64 where 4 GiB can be reached, also by what compression adds, and nowhere else.
  @Test func zip64IsDecidedBeforeTheEntry() throws {
    for (limit, isLong) in [
      (0, false), (1 << 30, false), (4_000_000_000, false), (0xffff_fffe, true), (1 << 33, true),
      (.max, true),
      (nil, true),
    ] as [(UInt64?, Bool)] {
      let made = try archive([File(name: "a", contents: [], byteLimit: limit)])
      #expect(made[4] == (isLong ? 45 : 20), "\(String(describing: limit))")
      #expect(made[18..<26].allSatisfy { $0 == (isLong ? 0xff : 0) })
    }
  }

  @Test func callsOutOfOrder() throws {
    var writer = ZipWriter(level: .fast)
    #expect(failure { try write(&writer, [1]) } == .outOfOrder)
    #expect(failure { _ = try writer.endEntry() } == .outOfOrder)
    _ = try writer.begin(.unnamed)
    #expect(refusal(&writer, "b", ends: false) == .outOfOrder)
    #expect(failure { _ = try writer.finish() } == .outOfOrder)
    _ = try writer.endEntry()
    #expect(failure { try write(&writer, [1]) } == .outOfOrder)
    _ = try finish(&writer)
    #expect(refusal(&writer, "b") == .outOfOrder)
    let isComplete = try writer.finish()
    #expect(isComplete)
  }

  /// Not more than what was promised is ever taken, whatever the caller says.
  @Test func drainingTooMuch() throws {
    var writer = ZipWriter(level: .fast)
    _ = try writer.begin(.unnamed)
    #expect(writer.drain { _ in -5 } == 0)
    #expect(writer.drain { $0.count + 100 } == 54)
    #expect(writer.drain { _ in 1 } == 0)
  }

  // MARK: Help

  private func begin(_ writer: inout ZipWriter, _ name: String) throws(ZipError) {
    while try !writer.begin(EntryName(name) ?? .unnamed) { writer.drain { $0.count } }
    while try !writer.endEntry() { writer.drain { $0.count } }
  }

  private func refusal(_ writer: inout ZipWriter, _ name: String, ends: Bool = true) -> ZipError? {
    failure {
      while try !writer.begin(EntryName(name) ?? .unnamed) { writer.drain { $0.count } }
      while try ends && !writer.endEntry() { writer.drain { $0.count } }
    }
  }

  private func write(_ writer: inout ZipWriter, _ bytes: [UInt8]) throws(ZipError) {
    _ = try writer.write(bytes.span)
  }

  private func failure(_ body: () throws -> Void) -> ZipError? {
    do { try body() } catch { return error as? ZipError }
    return nil
  }

  private func finish(_ writer: inout ZipWriter) throws(ZipError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let isComplete = try writer.finish()
      writer.drain { span in
        for index in span.indices { bytes.append(span[index]) }
        return span.count
      }
      if isComplete && writer.isFinished { return bytes }
    }
  }

  /// What the record at the end says.
  private func entryCount(_ archive: [UInt8]) -> Int {
    Int(archive[archive.count - 12]) | Int(archive[archive.count - 11]) << 8
  }
}

private final class Shared<Value> {
  var value: Value
  init(_ value: Value) { self.value = value }
}
