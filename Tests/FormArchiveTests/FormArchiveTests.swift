// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate
import FormArchive
import Multipart
import TestSupport
import Testing
import Zip

/// A part of a body.
private struct Part {
  var name = "file"
  var filename: String?
  var data: [UInt8] = []
}

private func body(_ parts: [Part], end: String = "--x--\r\n") -> [UInt8] {
  parts.flatMap { part in
    let filename = part.filename.map { "; filename=\"\($0)\"" } ?? ""
    let head = "--x\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(filename)\r\n\r\n"
    return Array(head.utf8) + part.data + [13, 10]
  } + Array(end.utf8)
}

private final class Pipe {
  private var archive: FormArchive
  private(set) var output: [UInt8] = []

  init(
    _ bodyByteCount: Int?, _ partLimits: MultipartLimits = MultipartLimits(),
    _ archiveLimits: ZipLimits = ZipLimits()
  ) throws(MultipartError) {
    archive = FormArchive(
      try MultipartBoundary([0x78]), level: .fast, bodyByteCount: bodyByteCount.map { UInt64($0) },
      partLimits: partLimits, archiveLimits: archiveLimits)
  }

  /// Makes the archive of a body, of which `input()` bytes arrive at a time while `output()` bytes leave.
  func run(
    _ body: [UInt8], _ input: () -> Int = { .max }, _ output: () -> Int = { .max }
  ) throws(FormArchiveError) -> (entries: Int, unused: Int) {
    var start = 0
    var arrived = 0
    while !archive.isFinished {
      arrived = min(arrived + min(input(), body.count), body.count)
      start += try archive.read(
        body.span.extracting(start..<arrived), isLast: arrived == body.count)
      let room = output()
      archive.drain { bytes in
        let count = min(bytes.count, room)
        for index in 0..<count { self.output.append(bytes[index]) }
        return count
      }
    }
    #expect(start == body.count)
    return (archive.entryCount, archive.unusedCount)
  }

  /// How much the archive takes of bytes that it gets a thousand at a time, while it is not drained.
  func takeWithoutDraining(_ bytes: [UInt8]) throws(FormArchiveError) -> Int {
    var taken = 0
    while taken < bytes.count {
      let end = min(taken + 1000, bytes.count)
      let count = try archive.read(bytes.span.extracting(taken..<end), isLast: false)
      if count == 0 { break }
      taken += count
    }
    return taken
  }
}

/// The archive that `ZipWriter` makes of these entries, of which one takes no more than its bytes.
private func archive(_ entries: [(String, [UInt8])]) throws(ZipError) -> [UInt8] {
  var writer = ZipWriter(level: .fast)
  var output: [UInt8] = []
  func drain() {
    writer.drain { bytes in
      for index in bytes.indices { output.append(bytes[index]) }
      return bytes.count
    }
  }
  for (name, data) in entries {
    while try !writer.begin(EntryName(name) ?? .unnamed, atMost: 1 << 20) { drain() }
    var start = 0
    while start < data.count {
      start += try writer.write(data.span.extracting(start...))
      drain()
    }
    while try !writer.endEntry() { drain() }
  }
  while try !writer.finish() { drain() }
  while !writer.isFinished { drain() }
  return output
}

struct FormArchiveTests {
  @Test func partsBecomeEntries() throws {
    var generator = SeededGenerator(seed: 1)
    let noise = generator.bytes(20_000)
    let pipe = try Pipe(1 << 20)
    let counts = try pipe.run(
      body([
        Part(filename: "a.txt", data: Array("text".utf8)), Part(filename: "A.TXT", data: noise),
        Part(filename: "C:\\fakepath\\b/c.bin", data: []), Part(name: "comment", data: [1]),
        Part(name: "../x[]", filename: "..", data: [2]), Part(name: "", filename: "/", data: [3]),
      ]))
    #expect(counts == (6, 0))
    let expected = try archive([
      ("a.txt", Array("text".utf8)), ("A (2).TXT", noise), ("c.bin", []), ("comment", [1]),
      ("x[]", [2]), ("file", [3]),
    ])
    #expect(pipe.output == expected)
  }

  @Test func noPartsMakeAnEmptyArchive() throws {
    let pipe = try Pipe(nil)
    #expect(try pipe.run(body([])) == (0, 0))
    #expect(pipe.output == (try archive([])))
  }

  /// Browsers send such a part for an input of files that was not used.
  @Test func aFileThatWasNotChosenIsNoEntry() throws {
    let pipe = try Pipe(1 << 20)
    let counts = try pipe.run(
      body([
        Part(filename: ""), Part(filename: "a"), Part(filename: "", data: [1]), Part(filename: ""),
      ]))
    #expect(counts == (2, 2))
    #expect(pipe.output == (try archive([("a", []), ("file", [1])])))
  }

  @Test func piecesMakeNoDifference() throws {
    var generator = SeededGenerator(seed: 2)
    let parts = [
      Part(filename: "a", data: Array("\r\n--x one\r\n--".utf8)), Part(filename: ""),
      Part(filename: "", data: [13, 10, 45]), Part(name: "b", data: generator.bytes(300)),
    ]
    let body = body(parts)
    let whole = try Pipe(body.count)
    _ = try whole.run(body)
    for input in 1...70 {
      for output in [1, 2, 3, 29, 30, 31, 46, 4096] {
        let pipe = try Pipe(body.count)
        _ = try pipe.run(body, { input }, { output })
        #expect(pipe.output == whole.output, "\(input) \(output)")
      }
    }
    for _ in 0..<fuzzIterations(100) {
      let pipe = try Pipe(body.count)
      _ = try pipe.run(body, { generator.below(200) }, { generator.below(100) })
      #expect(pipe.output == whole.output)
    }
  }

  @Test func nothingIsTakenWhileNothingIsDrained() throws {
    var generator = SeededGenerator(seed: 3)
    let pipe = try Pipe(nil)
    let head = body([Part(filename: "a")], end: "")
    let taken = try pipe.takeWithoutDraining(head.dropLast(2) + generator.bytes(1 << 20))
    #expect(taken > 4096)
    #expect(taken < 64 << 10)
  }

  // MARK: Errors

  @Test(arguments: [
    "", "--y--\r\n", "--x\r\n\r\n\r\n--x--\r\n", "--x--\r\n" + String(repeating: "a", count: 2000),
  ])
  func malformedBodies(body: String) throws {
    let pipe = try Pipe(nil)
    #expect { _ = try pipe.run(Array(body.utf8)) } throws: { error in
      guard case .form = error as? FormArchiveError else { return false }
      return true
    }
  }

  @Test func aBodyThatEndsInAPart() throws {
    let pipe = try Pipe(nil)
    let cut = body([Part(filename: "a", data: [1, 2, 3])], end: "")
    #expect { _ = try pipe.run(cut) } throws: { error in
      guard case .form(let reason) = error as? FormArchiveError else { return false }
      return reason.reason == .unexpectedEnd && reason.part == 1
    }
  }

  @Test func tooManyParts() throws {
    var limits = MultipartLimits()
    limits.partCount = 2
    let parts = [Part](repeating: Part(filename: "a"), count: 3)
    let refused = try Pipe(nil, limits)
    #expect(throws: FormArchiveError.self) { _ = try refused.run(body(parts)) }
    let full = try Pipe(nil, MultipartLimits(), ZipLimits(entryCount: 2))
    #expect(throws: FormArchiveError.archive(.tooManyEntries(limit: 2))) {
      _ = try full.run(body(parts))
    }
  }

  /// A damaged body gets an archive or an error, and never anything else.
  @Test func damagedBodies() throws {
    var generator = SeededGenerator(seed: 4)
    let whole = body([
      Part(filename: "a", data: Array("one\r\n--x".utf8)), Part(filename: ""),
      Part(name: "b", data: [1, 2]),
    ])
    for _ in 0..<fuzzIterations(1000) {
      var damaged = whole
      for _ in 0...generator.below(4 as Int) {
        let place = generator.below(damaged.count)
        switch generator.below(3 as Int) {
        case 0: damaged[place] = generator.bytes(1)[0]
        case 1: damaged.removeSubrange(place..<min(place + 1 + generator.below(20), damaged.count))
        default: damaged.insert(contentsOf: whole.prefix(generator.below(whole.count)), at: place)
        }
        if damaged.isEmpty { break }
      }
      let pipe = try Pipe(damaged.count)
      let piece = 1 + generator.below(60)
      _ = try? pipe.run(damaged, { piece }, { piece })
    }
  }
}
