// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Rings

/// The body of a response that sends a file: pieces of its content in the share, or of reads that run
/// ahead of the client. The open file is released when all of it was read, or with the body.
///
/// The body comes from one version of the file: the last bytes wait until the server has confirmed, after
/// the last read, that the open file is the version it was before the first one.
final class FileBody: BodySource {
  private struct Read {
    var ticket: FileTicket
    // The range of the file.
    var offset: UInt64
    var count: UInt64
    // Bytes of it that were sent.
    var sent: UInt64 = 0
  }

  private let files: FileAccess
  private let connection: Int
  private let known: KnownAnswer
  private let content: FileContent?
  // Nil if there is `content`, or when everything was read.
  private var file: OpenFile?
  // The open file before the first read; nil if there is `content`.
  private let version: FileVersion?

  // Of a piece being read, `reads` tells how much was sent.
  private var progress: FilePlanProgress
  // The next piece to read, and the offset in the file if a part of it was read.
  private var nextPiece = 0
  private var nextOffset: UInt64?
  // In the order of the body.
  private var reads: [Read] = []
  // What a short read left to be read before anything else, and found no buffer.
  private var gap: (offset: UInt64, count: UInt64)?

  /// The comparison of the file with `version` after the last read.
  private enum Check {
    case none
    case asked(FileTicket)
    case isSame
    case isOther
  }
  private var check = Check.none

  // The buffers read so far, if the whole of a small file is read and to be kept; otherwise nil.
  private var kept: [ShareBuffer]?

  private static var readsAhead: Int { 2 }

  /// Sends content that is kept in the share.
  init(
    _ files: FileAccess, _ connection: Int, _ known: KnownAnswer, _ content: FileContent,
    _ pieces: [FilePlan.Piece]
  ) {
    self.files = files
    self.connection = connection
    self.known = known
    self.content = content
    version = nil
    progress = FilePlanProgress(pieces)
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
    progress = FilePlanProgress(pieces)
    let size = known.size
    if known.isInTable, size <= FileContent.limit * files.bufferByteCount,
      pieces == [.file(0..<size)]
    {
      kept = []
    }
  }

  deinit {
    for read in reads { files.abandon(read.ticket) }
    if case .asked(let ticket) = check { files.abandon(ticket) }
    releaseKept()
  }

  // MARK: Before the response

  /// The outcome of `prepare`.
  enum Preparation: Equatable {
    case waiting
    /// The first bytes have arrived. If they are the whole body, they belong to one version.
    case ready
    /// The file is no longer the version it was.
    case changed
    case failed(FileStatus)
  }

  /// Reads the first bytes. A body that two reads can hold is read and checked as a whole, so that the
  /// request can get another response if the file has changed.
  func prepare() -> Preparation {
    startReads()
    for read in reads {
      guard case .done(let status, let count) = read.ticket.state else { continue }
      guard status == .success else { return .failed(status) }
      guard count > 0, count <= read.count else { return .changed }
    }
    guard nextPiece < progress.pieces.count || gap != nil else {
      checkVersion(evenIfShort: true)
      switch check {
      case .isSame:
        // The rest of a short read is read while the body is sent, and checked again.
        if isReadShort { check = .none }
        return .ready
      case .isOther: return .changed
      case .none, .asked: return .waiting
      }
    }
    guard let first = reads.first, case .done = first.ticket.state else { return .waiting }
    return .ready
  }

  private var isReadShort: Bool { isRead(evenIfShort: true) && !isRead() }

  // MARK: Reading

  /// Keeps two reads under way, through all pieces. While buffers are scarce it keeps one, so that slow
  /// clients leave some for others.
  private func startReads() {
    defer { checkVersion() }
    if let gap {
      guard read(gap.offset, gap.count, at: 0) else { return }
      self.gap = nil
    }
    while reads.count < Self.readsAhead, nextPiece < progress.pieces.count {
      guard case .file(let range) = progress.pieces[nextPiece] else {
        nextPiece += 1
        continue
      }
      guard reads.isEmpty || files.mayTakeAnother else { return }
      let offset = nextOffset ?? range.lowerBound
      let count = min(range.upperBound - offset, files.bufferByteCount)
      guard read(offset, count, at: reads.count) else { return }
      nextOffset = offset + count
      if nextOffset == range.upperBound {
        nextPiece += 1
        nextOffset = nil
      }
    }
  }

  /// Sends a READ, and inserts it into `reads` at `index`. False if there is no room.
  private func read(_ offset: UInt64, _ count: UInt64, at index: Int) -> Bool {
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
    reads.insert(Read(ticket: ticket, offset: offset, count: count), at: index)
    return true
  }

  /// Whether everything has been read.
  ///
  /// - Parameter evenIfShort: whether reads count that returned fewer bytes than they asked for.
  private func isRead(evenIfShort: Bool = false) -> Bool {
    guard nextPiece == progress.pieces.count, gap == nil else { return false }
    for read in reads {
      guard case .done(.success, let count) = read.ticket.state, evenIfShort || count == read.count
      else { return false }
    }
    return true
  }

  /// Asks for the file's attributes once everything has been read, and compares them when they arrive.
  private func checkVersion(evenIfShort: Bool = false) {
    switch check {
    case .isSame, .isOther: return
    case .none:
      guard isRead(evenIfShort: evenIfShort), let file,
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
      // A slow client does not hold the file open any longer.
      if isRead() { file = nil }
    }
  }

  // MARK: Sending

  override func offer(_ consume: (Span<UInt8>) -> Int) -> StreamStep {
    if content == nil {
      startReads()
      if case .file(let range) = progress.piece { return send(range, consume) }
    }
    return progress.offer(consume) { content?.offer($0, upTo: $1, consume) }
  }

  private func send(_ range: Range<UInt64>, _ consume: (Span<UInt8>) -> Int) -> StreamStep {
    guard let read = reads.first else { return files.isBroken ? .failed : .wait }
    guard case .done(let status, let count) = read.ticket.state else {
      return files.isBroken ? .failed : .wait
    }
    guard status == .success, count > 0, count <= read.count,
      let offset = read.ticket.buffer?.offset
    else { return fail() }
    if reads.count == 1, isRead() {
      // With its last bytes, the body claims to be of one version.
      switch check {
      case .isSame: break
      case .isOther: return fail()
      case .none, .asked: return files.isBroken ? .failed : .wait
      }
    }
    let written = files.share.withBytes(
      offset: offset + read.sent, count: count - read.sent, consume)
    reads[0].sent += UInt64(written ?? 0)
    guard reads[0].sent == count else { return .more }
    keepBuffer(of: read, count)
    files.end(read.ticket)
    reads.removeFirst()
    if count < read.count {
      // A short read: its rest comes before what follows it.
      guard self.read(read.offset + count, read.count - count, at: 0) else {
        gap = (read.offset + count, read.count - count)
        return .wait
      }
    } else if read.offset + count == range.upperBound {
      progress.beginNextPiece()
    }
    return .more
  }

  /// The file has changed or cannot be read, so that the body cannot be completed.
  private func fail() -> StreamStep {
    known.invalidate()
    return .failed
  }

  // MARK: Keeping the content

  /// Keeps a buffer that was sent. When the last one is, the next requests get the content from them.
  private func keepBuffer(of read: Read, _ count: UInt64) {
    guard let kept else { return }
    let length = files.bufferByteCount
    guard known.isInTable, known.content == nil, read.offset == UInt64(kept.count) * length,
      count == min(length, known.size - read.offset),
      let buffer = files.keepBuffer(of: read.ticket)
    else { return releaseKept() }
    self.kept?.append(buffer)
    guard read.offset + count == known.size else { return }
    known.content = FileContent(files, kept + [buffer], size: known.size)
    known.file = nil
    self.kept = nil
  }

  private func releaseKept() {
    for buffer in kept ?? [] { files.letGo(buffer) }
    kept = nil
  }
}
