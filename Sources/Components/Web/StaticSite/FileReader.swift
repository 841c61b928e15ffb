// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Rings

/// Sends a file's pieces out of the share: from buffers that hold the whole file, or from reads that run ahead. An
/// open file is let go of when all of it was read, or at the end, whichever that is.
///
/// What goes out is of one version of the file: the last bytes are held back until the server says, after the last
/// read, that the open file is what it was before the first.
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
  // Nil where there is `content`, or nothing left to be read.
  private var file: OpenFile?
  // Of the file, before the first read.
  private let version: FileVersion?
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

  private enum Check {
    case none
    case asked(FileTicket)
    case isSame
    case isOther
  }
  private var check = Check.none

  // What was read so far, where the whole of a small file is; nil where that is not to be kept.
  private var kept: [ShareBuffer]?

  private static var readsAhead: Int { 2 }

  /// Sends what is held of the file.
  init(
    _ files: FileAccess, _ connection: Int, _ known: KnownAnswer, _ content: Content,
    _ pieces: [FilePlan.Piece]
  ) {
    self.files = files
    self.connection = connection
    self.known = known
    self.content = content
    version = nil
    self.pieces = pieces
  }

  /// Reads an open file, which was `version` a moment ago.
  init(
    _ files: FileAccess, _ connection: Int, _ known: KnownAnswer, _ file: OpenFile,
    _ version: FileVersion, _ pieces: [FilePlan.Piece]
  ) {
    self.files = files
    self.connection = connection
    self.known = known
    content = nil
    self.file = file
    self.version = version
    self.pieces = pieces
    let size = known.size
    if known.isKept, size <= Content.limit * files.bufferByteCount, pieces == [.file(0..<size)] {
      kept = []
    }
  }

  deinit {
    for read in reads { files.abandon(read.ticket) }
    if case .asked(let ticket) = check { files.abandon(ticket) }
    dropKept()
  }

  enum Start: Equatable {
    case waiting
    /// There is data; where that is all of it, it is of one version.
    case begun
    /// The file is not what it was.
    case changed
    case failed(FileStatus)
  }

  /// Starts to read, and says what has come of it. An answer that two reads hold is looked at whole, so that it can
  /// be made anew.
  func start() -> Start {
    readOn()
    for read in reads {
      guard case .done(let status, let count) = read.ticket.state else { continue }
      guard status == .success else { return .failed(status) }
      guard count > 0, count <= read.count else { return .changed }
    }
    guard nextPiece < pieces.count || gap != nil else {
      verify(evenIfShort: true)
      switch check {
      case .isSame:
        if isReadShort { check = .none }
        return .begun
      case .isOther: return .changed
      case .none, .asked: return .waiting
      }
    }
    guard let first = reads.first, case .done = first.ticket.state else { return .waiting }
    return .begun
  }

  // Less came than was asked for: the rest is asked for when that is sent.
  private var isReadShort: Bool { isAllThere(evenIfShort: true) && !isAllThere() }

  // MARK: Looking at the file once more

  /// Nothing is left to be asked for, and all of it has come.
  private func isAllThere(evenIfShort: Bool = false) -> Bool {
    guard nextPiece == pieces.count, gap == nil else { return false }
    for read in reads {
      guard case .done(.success, let count) = read.ticket.state, evenIfShort || count == read.count
      else { return false }
    }
    return true
  }

  /// Sees to it that the file is looked at when all of it was read.
  private func verify(evenIfShort: Bool = false) {
    switch check {
    case .isSame, .isOther: return
    case .none:
      guard isAllThere(evenIfShort: evenIfShort), let file,
        let ticket = files.examine(file, for: connection)
      else { return }
      check = .asked(ticket)
    case .asked(let ticket):
      guard case .done(let status, _) = ticket.state else { return }
      let stat = files.stat(ticket)
      check = .isOther
      if status == .success, let stat, version?.hasSameContent(as: FileVersion(stat)) == true {
        check = .isSame
      }
      // Whoever takes it slowly does not hold it any longer.
      if isAllThere() { file = nil }
    }
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
    else { return fail() }
    if reads.count == 1, isAllThere() {
      // The last bytes: with them, the answer says that it is whole.
      switch check {
      case .isSame: break
      case .isOther: return fail()
      case .none, .asked: return files.isBroken ? .failed : .wait
      }
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

  /// The file has become another, or cannot be read: the rest is not to be had.
  private func fail() -> StreamStep {
    known.drop()
    return .failed
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
      let buffer = files.allocateBuffer(for: connection)
    else { return false }
    let count = min(count, buffer.byteCount)
    let ticket = FileTicket(buffer: buffer, connection: connection, file: file)
    let part = ShareBuffer(offset: buffer.offset, byteCount: count)
    guard files.submit(.read(file.descriptor, offset: offset, buffer: part), ticket) else {
      files.giveBack(ticket)
      return false
    }
    reads.insert(Read(ticket: ticket, offset: offset, count: count), at: place)
    return true
  }

  /// Keeps reads in flight, through all pieces; where buffers are scarce, one, so that slow readers leave some to all.
  private func readOn() {
    defer { verify() }
    if let gap {
      guard request(gap.offset, gap.count, at: 0) else { return }
      self.gap = nil
    }
    while reads.count < Self.readsAhead, nextPiece < pieces.count {
      guard case .file(let range) = pieces[nextPiece] else {
        nextPiece += 1
        continue
      }
      guard reads.isEmpty || files.mayTakeAnother else { return }
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
