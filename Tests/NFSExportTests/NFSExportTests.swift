// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HostIO
import TestSupport
import Testing
import XDR

@testable import NFSExport

/// Sends calls as a client writes them and compares each word of the replies (RFC 1813, RFC 5531).
@Suite struct NFSExportTests {
  /// site/index.html, site/big (200,000 bytes), site/link -> index.html, site/out -> /etc, site/sub/.
  private static func withTree(_ body: (ExportedTree, String) throws -> Void) throws {
    let directory = try TemporaryDirectory.make()
    defer { _ = try? Subprocess.run(["rm", "-rf", directory]) }
    do {
      let root = "\(directory)/site"
      try Files.makeDirectory(root)
      try Files.makeDirectory("\(root)/sub")
      try Files.replace("\(root)/index.html", with: Array("<h1>Serval</h1>\n".utf8))
      try Files.replace("\(root)/big", with: big)
      try Files.replace("\(directory)/secret", with: [1, 2, 3])
      #expect(symlink("index.html", "\(root)/link") == 0)
      #expect(symlink("/etc", "\(root)/out") == 0)
      try body(try ExportedTree(root), root)
    }
  }

  private static let big = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  private func call(
    _ program: UInt32, _ version: UInt32, _ procedure: UInt32, rpc: UInt32 = 2,
    _ arguments: (inout XDRWriter) -> Void = { _ in }
  ) -> [UInt8] {
    var writer = XDRWriter()
    for word: UInt32 in [0x1234, 0, rpc, program, version, procedure] { writer.uint32(word) }
    // AUTH_SYS of 20 bytes, AUTH_NONE.
    writer.uint32(1)
    writer.opaque([UInt8](repeating: 0, count: 20))
    writer.uint32(0)
    writer.opaque([])
    arguments(&writer)
    return writer.bytes
  }

  private func dispatcher(_ tree: ExportedTree) -> RPCDispatcher {
    RPCDispatcher(programs: [
      PortMapper(port: 2049), MountProgram(tree: tree), NFSv3Program(tree: tree),
    ])
  }

  /// Calls, expects an accepted reply with `accept_stat` equal to `status`, and returns its results.
  fileprivate func results(
    _ tree: ExportedTree, _ message: [UInt8], status: UInt32 = 0
  ) throws -> Answer {
    var dispatcher = dispatcher(tree)
    let bytes = dispatcher.answer(message)
    let answer = Answer(XDRReader(try #require(bytes)))
    let header = try (0..<6).map { _ in try answer.uint32() }
    #expect(header == [0x1234, 1, 0, 0, 0, status])
    return answer
  }

  private func handle(_ tree: ExportedTree, _ path: String) throws -> ExportHandle {
    try path.split(separator: "/").reduce(ExportHandle(number: 0)) {
      try tree.lookup(Array($1.utf8), in: $0)
    }
  }

  @Test func unknownProgramsVersionsAndProceduresAreRefused() throws {
    try Self.withTree { tree, _ in
      _ = try results(tree, call(100_021, 4, 0), status: 1)
      let mismatch = try results(tree, call(100_003, 2, 0), status: 2)
      #expect(try mismatch.uint32() == 3)
      _ = try results(tree, call(100_003, 3, 22), status: 3)
      _ = try results(tree, call(100_003, 3, 1), status: 4)
      _ = try results(tree, call(100_003, 3, 0))
      var dispatcher = dispatcher(tree)
      let denied = dispatcher.answer(call(100_003, 3, 0, rpc: 3))
      #expect(
        denied == [
          0, 0, 0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2,
        ])
    }
  }

  @Test func thePortMapperKnowsNFSAndMount() throws {
    try Self.withTree { tree, _ in
      for (program, version, transport, port) in [
        (100_003, 3, 6, 2049), (100_005, 3, 6, 2049), (100_003, 4, 6, 0), (100_003, 3, 17, 0),
        (100_021, 4, 6, 0),
      ] as [(UInt32, UInt32, UInt32, UInt32)] {
        let answer = try results(
          tree,
          call(100_000, 2, 3) {
            for word in [program, version, transport, 0] { $0.uint32(word) }
          })
        #expect(try answer.uint32() == port)
      }
    }
  }

  @Test func mounts() throws {
    try Self.withTree { tree, _ in
      for (path, status) in [
        ("/", 0), ("", 0), ("/sub", 0), ("sub/", 0), ("/../..", 0), ("/index.html", 20),
        ("/nothing", 2), ("/out", 20), ("/sub/../sub", 0),
      ] as [(String, UInt32)] {
        let answer = try results(tree, call(100_005, 3, 1) { $0.opaque(Array(path.utf8)) })
        #expect(try answer.uint32() == status, "\(path)")
        guard status == 0 else { continue }
        #expect(try answer.opaque(limit: 64).count == 16)
        #expect(try (0..<3).map { _ in try answer.uint32() } == [2, 0, 1])
      }
    }
  }

  @Test func readsInPieces() throws {
    try Self.withTree { tree, _ in
      let file = try handle(tree, "big")
      var read: [UInt8] = []
      while true {
        let answer = try results(
          tree,
          call(100_003, 3, 6) {
            $0.opaque(file.bytes)
            $0.uint64(UInt64(read.count))
            $0.uint32(1 << 20)
          })
        #expect(try answer.uint32() == 0 && answer.uint32() == 1)
        let attributes = try (0..<21).map { _ in try answer.uint32() }
        #expect(attributes[0] == 1 && attributes[6] == 200_000)
        let (count, isEnd) = (try answer.uint32(), try answer.uint32())
        let bytes = try answer.opaque(limit: 1 << 20)
        #expect(bytes.count == Int(count) && count <= 65536)
        read += bytes
        if isEnd == 1 { break }
      }
      #expect(read == Self.big)
      #expect(try tree.read(file, at: 300_000, count: 10).isEnd)
      #expect(try tree.read(file, at: .max, count: 10).bytes.isEmpty)
      #expect(throws: ExportStatus.isDirectory) {
        try tree.read(handle(tree, "sub"), at: 0, count: 1)
      }
      #expect(throws: ExportStatus.notDirectory) {
        try tree.read(handle(tree, "link"), at: 0, count: 1)
      }
    }
  }

  /// Names that lead out of the export, and forged handles.
  @Test func nothingOutsideIsReached() throws {
    try Self.withTree { tree, root in
      for name in ["", "a/b", "../secret", "/etc/passwd", "sub/../../secret", "a\0b"] {
        #expect(throws: ExportStatus.invalid) {
          try tree.lookup(Array(name.utf8), in: ExportHandle(number: 0))
        }
      }
      #expect(try tree.lookup(Array("..".utf8), in: ExportHandle(number: 0)).number == 0)
      #expect(throws: ExportStatus.noEntry) { try handle(tree, "../secret") }
      #expect(throws: ExportStatus.notDirectory) { try handle(tree, "out/passwd") }
      #expect(throws: ExportStatus.nameTooLong) {
        try handle(tree, String(repeating: "x", count: 256))
      }
      #expect(throws: ExportStatus.stale) { try tree.attributes(of: ExportHandle(number: 99)) }
      for bytes in [[], [UInt8](repeating: 0, count: 16), ExportHandle(number: 0).bytes + [0]] {
        #expect(throws: ExportStatus.badHandle) { try ExportHandle(bytes) }
      }
      // A directory is replaced by a link after its look-up.
      let sub = try handle(tree, "sub")
      #expect(rmdir("\(root)/sub") == 0 && symlink("/etc", "\(root)/sub") == 0)
      #expect(throws: ExportStatus.self) { try tree.lookup(Array("passwd".utf8), in: sub) }
      #expect(throws: ExportStatus.self) { try tree.names(in: sub) }
    }
  }

  /// A handle stands for a file, not for a name: a replacement has a handle of its own, and the old handle is stale.
  @Test func handlesAreFilesNotNames() throws {
    try Self.withTree { tree, root in
      let old = try handle(tree, "big")
      let first = try tree.read(old, at: 0, count: 100)
      #expect(first.bytes == Array(Self.big[..<100]) && first.status.st_size == 200_000)
      try Files.replace("\(root)/new", with: [UInt8](repeating: 9, count: 300_000))
      #expect(rename("\(root)/new", "\(root)/big") == 0)
      #expect(throws: ExportStatus.stale) { try tree.read(old, at: 100, count: 100) }
      #expect(throws: ExportStatus.stale) { try tree.attributes(of: old) }
      let new = try handle(tree, "big")
      #expect(new != old)
      #expect(try tree.read(new, at: 0, count: 2).bytes == [9, 9])
      // A renamed file keeps its handle, even when another file takes its old name.
      #expect(rename("\(root)/big", "\(root)/moved") == 0)
      #expect(try handle(tree, "moved") == new)
      try Files.replace("\(root)/big", with: [1])
      #expect(try handle(tree, "big") != new)
      #expect(try tree.read(new, at: 0, count: 2).bytes == [9, 9])
      // Removed and created again: the file system may reuse the inode.
      let page = try handle(tree, "index.html")
      #expect(unlink("\(root)/index.html") == 0)
      #expect(throws: ExportStatus.stale) { try tree.attributes(of: page) }
      try Files.replace("\(root)/index.html", with: [7])
      #expect(throws: ExportStatus.stale) { try tree.read(page, at: 0, count: 1) }
      #expect(try handle(tree, "index.html") != page)
      // Handles of files in a directory that was renamed are stale until they are looked up again.
      try Files.replace("\(root)/sub/file", with: [7])
      let inside = try handle(tree, "sub/file")
      #expect(rename("\(root)/sub", "\(root)/other") == 0)
      #expect(throws: ExportStatus.stale) { try tree.attributes(of: inside) }
      #expect(try tree.read(handle(tree, "other/file"), at: 0, count: 1).bytes == [7])
    }
  }

  /// When a link or a non-directory replaces a component of its path, a handle is stale: errors of the replacement
  /// do not leak.
  @Test func aReplacedPathMakesHandlesStale() throws {
    try Self.withTree { tree, root in
      let (page, big) = (try handle(tree, "index.html"), try handle(tree, "big"))
      #expect(unlink("\(root)/index.html") == 0)
      #expect(symlink("big", "\(root)/index.html") == 0)
      #expect(throws: ExportStatus.stale) { try tree.read(page, at: 0, count: 1) }
      #expect(throws: ExportStatus.stale) { try tree.mayRead(page) }
      try Files.replace("\(root)/sub/file", with: [7])
      let inside = try handle(tree, "sub/file")
      #expect(rename("\(root)/sub", "\(root)/other") == 0)
      try Files.replace("\(root)/sub", with: [7])
      #expect(throws: ExportStatus.stale) { try tree.mayRead(inside) }
      #expect(try tree.mayRead(big))
      #expect(try tree.read(big, at: 0, count: 1).bytes == [Self.big[0]])
    }
  }

  @Test func aLinkTellsWhereItLeads() throws {
    try Self.withTree { tree, _ in
      let (link, file) = (try handle(tree, "link"), try handle(tree, "index.html"))
      #expect(try tree.target(of: link) == Array("index.html".utf8))
      let mode = try tree.attributes(of: link).st_mode
      #expect(mode & S_IFMT == S_IFLNK)
      #expect(throws: ExportStatus.invalid) { try tree.target(of: file) }
    }
  }

  @Test(arguments: [UInt32(16), 17]) func listsInPieces(procedure: UInt32) throws {
    try Self.withTree { tree, _ in
      var names: [String] = []
      var cookie: UInt64 = 0
      for _ in 0..<20 {
        let answer = try results(
          tree,
          call(100_003, 3, procedure) {
            $0.opaque(ExportHandle(number: 0).bytes)
            $0.uint64(cookie)
            $0.uint64(0)
            if procedure == 17 { $0.uint32(512) }
            $0.uint32(400)
          })
        #expect(try answer.uint32() == 0 && answer.uint32() == 1)
        _ = try answer.fixed(84)
        _ = try answer.uint64()
        while try answer.uint32() == 1 {
          _ = try answer.uint64()
          names.append(String(decoding: try answer.opaque(limit: 255), as: UTF8.self))
          cookie = try answer.uint64()
          if procedure == 17 {
            #expect(try answer.uint32() == 1)
            _ = try answer.fixed(84)
            #expect(try answer.uint32() == 1)
            #expect(try answer.opaque(limit: 64).count == 16)
          }
        }
        if try answer.uint32() == 1 { break }
      }
      #expect(names == [".", "..", "big", "index.html", "link", "out", "sub"])

      for (cookie, limit, status) in [(99, 400, 10003), (0, 100, 10005)]
        as [(UInt64, UInt32, UInt32)]
      {
        let answer = try results(
          tree,
          call(100_003, 3, procedure) {
            $0.opaque(ExportHandle(number: 0).bytes)
            $0.uint64(cookie)
            $0.uint64(0)
            if procedure == 17 { $0.uint32(512) }
            $0.uint32(limit)
          })
        #expect(try answer.uint32() == status)
      }
    }
  }

  @Test func nothingIsWritten() throws {
    try Self.withTree { tree, _ in
      for (procedure, words) in [
        (2, 2), (7, 2), (8, 2), (9, 2), (10, 2), (11, 2), (12, 2), (13, 2), (14, 4), (15, 3),
        (21, 2),
      ] as [(UInt32, Int)] {
        let answer = try results(tree, call(100_003, 3, procedure))
        #expect(try answer.uint32() == 30, "\(procedure)")
        for _ in 0..<words { #expect(try answer.uint32() == 0) }
        #expect(throws: XDRError.self) { try answer.uint32() }
      }
      // ACCESS grants reading only, whatever is asked for.
      let answer = try results(
        tree,
        call(100_003, 3, 4) {
          $0.opaque(ExportHandle(number: 0).bytes)
          $0.uint32(0x3f)
        })
      _ = try answer.fixed(8 + 84)
      #expect(try answer.uint32() == 0x23)
    }
  }

  /// Messages cut off at each byte or with changed bytes never crash the dispatcher.
  @Test func brokenMessages() throws {
    try Self.withTree { tree, _ in
      var dispatcher = dispatcher(tree)
      let root = ExportHandle(number: 0).bytes
      let messages = [
        call(100_000, 2, 3) { for word: UInt32 in [100_003, 3, 6, 0] { $0.uint32(word) } },
        call(100_005, 3, 1) { $0.opaque(Array("/sub".utf8)) },
        call(100_003, 3, 3) {
          $0.opaque(root); $0.opaque(Array("index.html".utf8))
        },
        call(100_003, 3, 6) {
          $0.opaque(root); $0.uint64(0); $0.uint32(100)
        },
        call(100_003, 3, 17) {
          $0.opaque(root)
          $0.uint64(0)
          $0.uint64(0)
          $0.uint32(512)
          $0.uint32(4096)
        },
        call(100_003, 3, 19) { $0.opaque(root) },
      ]
      let iterations = fuzzIterations(2000)
      for message in messages {
        for count in 0..<message.count { _ = dispatcher.answer(Array(message[..<count])) }
        var random = SeededGenerator(seed: UInt64(message.count))
        for _ in 0..<iterations {
          var mutated = message
          for _ in 0...random.below(3) {
            mutated[random.below(mutated.count)] = UInt8(truncatingIfNeeded: random.below(256))
          }
          _ = dispatcher.answer(mutated)
        }
      }
    }
  }

  @Test func recordsAreReassembledFromAnyPieces() throws {
    let first = RecordStream.record(Array("abcde".utf8))
    // Two fragments of one message.
    let second: [UInt8] = [0, 0, 0, 2, 1, 2, 0x80, 0, 0, 1, 3]
    let all = first + second + first
    for size in 1...all.count {
      var stream = RecordStream()
      var messages: [[UInt8]] = []
      for start in stride(from: 0, to: all.count, by: size) {
        let received = stream.receive(all.span.extracting(start..<min(start + size, all.count)))
        messages += try #require(received)
      }
      #expect(messages == [Array("abcde".utf8), [1, 2, 3], Array("abcde".utf8)])
    }
    var stream = RecordStream()
    let tooLong = stream.receive(([0xff, 0xff, 0xff, 0xff] as [UInt8]).span)
    #expect(tooLong == nil)
    var endless = RecordStream()
    let fragment = [0, 0x0f, 0, 0] + [UInt8](repeating: 0, count: 0x0f_0000)
    let (one, two) = (endless.receive(fragment.span), endless.receive(fragment.span))
    #expect(one?.isEmpty == true && two == nil)
  }
}

/// A reader for `#expect`, which cannot call mutating methods.
private final class Answer {
  private var reader: XDRReader
  init(_ reader: XDRReader) { self.reader = reader }
  func uint32() throws -> UInt32 { try reader.uint32() }
  func uint64() throws -> UInt64 { try reader.uint64() }
  func fixed(_ count: Int) throws -> ArraySlice<UInt8> {
    reader.bytes[try reader.fixedOpaque(count)]
  }
  func opaque(limit: Int) throws -> ArraySlice<UInt8> {
    reader.bytes[try reader.opaque(limit: limit)]
  }
}
