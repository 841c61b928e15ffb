// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Rings

/// Sends a file's pieces out of the share: from a buffer that holds the whole file, or from reads
/// that run ahead. An open file is let go of at the end, whichever that is.
final class FileReader: BodySource {
  private struct Read {
    var ticket: FileTicket
    var offset: UInt64
    var count: UInt64
    // Bytes of it that were sent.
    var sent: UInt64 = 0
  }

  private let files: FileAccess
  private let connection: Int
  private let known: KnownAnswer
  private let content: Content?
  // Nil only where there is `content`.
  private let file: OpenFile?
  private let pieces: [FilePlan.Piece]
  // The piece that is sent, and bytes of it, if it is not read from the file, that were.
  private var piece = 0
  private var position: UInt64 = 0
  // The piece that is read, and where in the file it goes on.
  private var nextPiece = 0
  private var nextOffset: UInt64?
  private var reads: [Read] = []
  // What has to be read before anything else, and found no room.
  private var gap: (offset: UInt64, count: UInt64)?

  // What was read so far, where the whole of a small file is; nil where that is not to be kept.
  private var kept: [ShareBuffer]?

  private static var readsAhead: Int { 2 }

  init(
    _ files: FileAccess, _ connection: Int, _ known: KnownAnswer, _ content: Content?,
    _ file: OpenFile?, _ pieces: [FilePlan.Piece]
  ) {
    self.files = files
    self.connection = connection
    self.known = known
    self.content = content
    self.file = file
    self.pieces = pieces
    let size = known.size
    if known.isKept, content == nil, size <= Content.limit * files.bufferByteCount,
      pieces == [.file(0..<size)]
    {
      kept = []
    }
  }

  deinit {
    for read in reads { files.abandon(read.ticket) }
    dropKept()
  }

  /// Starts to read. Nil while nothing has come; then whether it was data.
  func hasBegun() -> Bool? {
    readOn()
    guard let read = reads.first, case .done(let status, let count) = read.ticket.state else {
      return nil
    }
    return status == .success && count > 0 && count <= read.count
  }

  override func show(_ take: (Span<UInt8>) -> Int) -> StreamStep {
    if content == nil { readOn() }
    guard piece < pieces.count else { return .end }
    switch pieces[piece] {
    case .bytes(let bytes):
      let start = Int(clamping: position)
      position += UInt64(take(bytes.span.extracting(start..<bytes.count)))
      if position == UInt64(bytes.count) { goOn() }
      return .more
    case .file(let range):
      if let content { return send(content, range, take) }
      return send(range, take)
    }
  }

  private func goOn() {
    piece += 1
    position = 0
  }

  private func send(
    _ content: Content, _ range: Range<UInt64>, _ take: (Span<UInt8>) -> Int
  ) -> StreamStep {
    let count = content.show(range.lowerBound + position, upTo: range.upperBound, take)
    guard let count else { return .failed }
    position += UInt64(count)
    if range.lowerBound + position == range.upperBound { goOn() }
    return .more
  }

  private func send(_ range: Range<UInt64>, _ take: (Span<UInt8>) -> Int) -> StreamStep {
    guard let read = reads.first else { return files.isBroken ? .failed : .wait }
    guard case .done(let status, let count) = read.ticket.state else { return .wait }
    guard status == .success, count > 0, count <= read.count,
      let offset = read.ticket.buffer?.offset
    else {
      // The file has become shorter, or cannot be read: the rest is not to be had.
      known.drop()
      return .failed
    }
    let written = files.share.withBytes(
      offset: offset + read.sent, count: count - read.sent, take)
    reads[0].sent += UInt64(written ?? 0)
    guard reads[0].sent == count else { return .more }
    keep(read, count)
    files.end(read.ticket)
    reads.removeFirst()
    if count < read.count {
      // Fewer than asked for: the rest once more, before what follows it.
      guard request(read.offset + count, read.count - count, at: 0) else {
        gap = (read.offset + count, read.count - count)
        return .wait
      }
    } else if read.offset + count == range.upperBound {
      goOn()
    }
    return .more
  }

  /// The buffers of somebody who reads the whole file serve the next clients, too.
  private func keep(_ read: Read, _ count: UInt64) {
    guard let kept else { return }
    let length = files.bufferByteCount
    guard known.isKept, known.content == nil, read.offset == UInt64(kept.count) * length,
      count == min(length, known.size - read.offset),
      let buffer = files.keepBuffer(of: read.ticket)
    else { return dropKept() }
    self.kept?.append(buffer)
    guard read.offset + count == known.size else { return }
    known.content = Content(files, kept + [buffer], size: known.size)
    known.file = nil
    self.kept = nil
  }

  private func dropKept() {
    for buffer in kept ?? [] { files.letGo(buffer) }
    kept = nil
  }

  private func request(_ offset: UInt64, _ count: UInt64, at place: Int) -> Bool {
    guard let file, files.hasRoom(for: connection, opens: false),
      let buffer = files.takeBuffer(for: connection)
    else { return false }
    let count = min(count, buffer.byteCount)
    let ticket = FileTicket(buffer: buffer, connection: connection)
    let part = ShareBuffer(offset: buffer.offset, byteCount: count)
    guard files.submit(.read(file.descriptor, offset: offset, buffer: part), ticket) else {
      files.giveBack(ticket)
      return false
    }
    reads.insert(Read(ticket: ticket, offset: offset, count: count), at: place)
    return true
  }

  /// Keeps reads in flight, through all pieces.
  private func readOn() {
    if let gap {
      guard request(gap.offset, gap.count, at: 0) else { return }
      self.gap = nil
    }
    while reads.count < Self.readsAhead, nextPiece < pieces.count {
      guard case .file(let range) = pieces[nextPiece] else {
        nextPiece += 1
        continue
      }
      let offset = nextOffset ?? range.lowerBound
      let count = min(range.upperBound - offset, files.bufferByteCount)
      guard request(offset, count, at: reads.count) else { return }
      nextOffset = offset + count
      if nextOffset == range.upperBound {
        nextPiece += 1
        nextOffset = nil
      }
    }
  }
}
