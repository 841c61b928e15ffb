// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import NFS
import NFSFileServer
import ONCRPC
import Rings
import Streams
import Time
import XDR

/// An NFS server with one directory and files of zeros. Not measured.
struct TinyServer {
  static let fileSize: UInt64 = 1 << 26
  private var assembler = RecordAssembler(limit: 1 << 17)

  mutating func replies(to bytes: Span<UInt8>) -> [UInt8] {
    var replies: [UInt8] = []
    var index = 0
    while index < bytes.count {
      index += (try? assembler.consume(bytes.extracting(index..<bytes.count))) ?? bytes.count
      if let record = assembler.nextRecord(), let reply = answer(record) {
        var writer = XDRWriter()
        writer.uint32(1 << 31 | UInt32(reply.count))
        replies.append(contentsOf: writer.bytes)
        replies.append(contentsOf: reply)
      }
    }
    return replies
  }

  private func answer(_ record: [UInt8]) -> [UInt8]? {
    var reader = XDRReader(record)
    var writer = XDRWriter()
    do throws(XDRError) {
      writer.uint32(try reader.uint32())
      _ = try reader.uint64()
      let program = try reader.uint32()
      _ = try reader.uint32()
      let procedure = try reader.uint32()
      for _ in 0..<2 {
        _ = try reader.uint32()
        _ = try reader.opaque(limit: 400)
      }
      writer.uint32(1)
      for _ in 0..<5 { writer.uint32(0) }
      if program == 100_005 {
        writer.opaque([1, 2, 3, 4])
        writer.uint32(0)
        return writer.bytes
      }
      let handle = try reader.opaqueBytes(limit: 64)
      switch procedure {
      case 1: attributes(handle.count < 40, &writer)
      case 3:
        // A directory in the root, and a file in it.
        let isRoot = handle.count == 4
        writer.opaque([UInt8](repeating: 7, count: isRoot ? 32 : 40))
        optional(isRoot, &writer)
        optional(true, &writer)
      case 4:
        optional(false, &writer)
        writer.uint32(63)
      case 6:
        let offset = try reader.uint64()
        let count = min(UInt64(try reader.uint32()), Self.fileSize - offset)
        optional(false, &writer)
        writer.uint32(UInt32(count))
        writer.bool(offset + count == Self.fileSize)
        writer.opaque([UInt8](repeating: 0, count: Int(count)))
      case 19:
        writer.uint32(0)
        for _ in 0..<7 { writer.uint32(65_536) }
        writer.uint64(1 << 40)
        for _ in 0..<3 { writer.uint32(1) }
      default: return nil
      }
    } catch {
      return nil
    }
    return writer.bytes
  }

  private func optional(_ isDirectory: Bool, _ writer: inout XDRWriter) {
    writer.bool(true)
    attributes(isDirectory, &writer)
  }

  private func attributes(_ isDirectory: Bool, _ writer: inout XDRWriter) {
    writer.uint32(isDirectory ? 2 : 1)
    for _ in 0..<4 { writer.uint32(0o644) }
    writer.uint64(Self.fileSize)
    writer.uint64(Self.fileSize)
    for _ in 0..<4 { writer.uint32(0) }
    writer.uint64(isDirectory ? 1 : 2)
    for _ in 0..<6 { writer.uint32(1_700_000_000) }
  }
}

/// The file system server and the NFS client, with commands and an NFS server that are not measured.
struct NFSBench: ~Copyable {
  var meter = Meter()
  var now = Instant.start + .seconds(1)
  private var server: NFSFileServer
  private var client: FileSystemClient
  private var remote = TinyServer()
  private let share: SharedRegion

  init() {
    let commands = BenchHeap.region(32_768)
    let completions = BenchHeap.region(32_768)
    share = BenchHeap.region(1 << 24)
    guard let commandRing = Ring<FileQueue>(queue: commands),
      let completionRing = Ring<FileQueue>(queue: completions)
    else { fatalError() }
    var settings = SessionSettings(
      exportPath: [UInt8]("/srv"),
      credentials: .system(machineName: [UInt8]("bench"), user: 0, group: 0, groups: []))
    settings.filesPort = 2049
    settings.mountPort = 635
    server = NFSFileServer(
      NFSClient(settings), commands: commandRing, completions: completionRing, share: share)
    client = FileSystemClient(commands: commandRing, completions: completionRing)
    _ = ask(.initialise)
  }

  /// A command and its answer, with everything in between.
  mutating func ask(_ command: FileCommand) -> UInt64 {
    now += Interval(nanoseconds: 100_000)
    guard (try? client.submit(command)) != nil else { fatalError() }
    _ = client.publish()
    while true {
      meter.start()
      _ = server.serve(now: now)
      meter.stop()
      if let completion = try? client.nextCompletion() {
        guard completion.status == .success else { fatalError() }
        return completion.value
      }
      move()
    }
  }

  private mutating func move() {
    while let action = server.nfs.nextAction(now: now) {
      guard case .connect = action else { continue }
      server.nfs.connected(now: now)
    }
    if server.nfs.outputCount == 0 { now += .milliseconds(1) }
    var replies: [UInt8] = []
    var (sending, peer) = (meter, remote)
    sending.start()
    _ = server.nfs.send(0, now: now) { output in
      sending.stop()
      replies = peer.replies(to: output)
      sending.start()
      return output.count
    }
    sending.stop()
    (meter, remote) = (sending, peer)
    // In pieces of the size of TCP segments.
    var index = 0
    while index < replies.count {
      let end = min(index + 1448, replies.count)
      meter.start()
      server.nfs.receive(replies.span.extracting(index..<end), now: now)
      meter.stop()
      index = end
    }
    meter.start()
    server.nfs.timePassed(now: now)
    meter.stop()
  }

  func path(_ name: StaticString) -> ShareBuffer {
    _ = share.store([UInt8](name).span, offset: 0)
    return ShareBuffer(offset: 0, byteCount: UInt64(name.utf8CodeUnitCount))
  }
}

func benchNFS(_ name: StaticString, _ step: (inout NFSBench, Int) -> Void) {
  guard isChosen(name) else { return }
  var bench = NFSBench()
  for round in 0..<60 {
    bench.meter.isOn = round >= 10
    step(&bench, round)
  }
  report(name, bench.meter, per: 50)
}

func benchAllNFS() {
  let buffer = ShareBuffer(offset: 8192, byteCount: 136)
  let data = ShareBuffer(offset: 65_536, byteCount: 65_536)
  let small = ShareBuffer(offset: 65_536, byteCount: 1024)
  func path(_ bench: borrowing NFSBench) -> ShareBuffer { bench.path("/images/picture.png") }
  benchNFS("NFS STAT cached") { bench, _ in
    _ = bench.ask(.stat(path: path(bench), buffer: buffer))
  }
  benchNFS("NFS STAT expired, two LOOKUPs") { bench, _ in
    bench.now += .seconds(4)
    _ = bench.ask(.stat(path: path(bench), buffer: buffer))
  }
  benchNFS("NFS OPEN and CLOSE cached") { bench, _ in
    let file = bench.ask(.open(path: path(bench), .read))
    _ = bench.ask(.close(file))
  }
  // The first open file has descriptor 0.
  benchNFS("NFS READ 64 KB from the server") { bench, round in
    if round == 0 { _ = bench.ask(.open(path: path(bench), .read)) }
    _ = bench.ask(.read(0, offset: UInt64(round) << 16, buffer: data))
  }
  benchNFS("NFS READ 64 KB cached") { bench, round in
    if round == 0 { _ = bench.ask(.open(path: path(bench), .read)) }
    _ = bench.ask(.read(0, offset: 0, buffer: data))
  }
  benchNFS("NFS READ 1 KB cached") { bench, round in
    if round == 0 { _ = bench.ask(.open(path: path(bench), .read)) }
    _ = bench.ask(.read(0, offset: 0, buffer: small))
  }
}
