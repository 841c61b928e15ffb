// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Time

/// An upload of a browser that reads no answer before it has sent the whole request. The archive is kept meanwhile, up to a limit; if
/// there is none, the rest of the request is discarded, as the browser would not show the reason otherwise.
final class SpooledUpload {
  private let service: UploadService
  private let share: MemoryShare
  private var archive: UploadArchive?
  private var place: Place?
  private var problem: UploadProblem?
  private var reply: ReplyWriter?
  /// The archive, in pieces of at most `pieceByteCount`.
  private var pieces: [[UInt8]] = []
  private var byteCount = 0
  // What was sent of it.
  private var piece = 0
  private var offset = 0
  private var isComplete = false

  private static var pieceByteCount: Int { 8192 }

  /// An upload that becomes an archive.
  init(_ service: UploadService, _ form: UploadForm, _ place: Place) {
    self.service = service
    archive = UploadArchive(form, service)
    self.place = place
    share = MemoryShare(of: service.spool)
  }

  /// An upload that only gets to know its problem.
  init(_ service: UploadService, _ problem: UploadProblem) {
    self.service = service
    self.problem = problem
    share = MemoryShare(of: service.spool)
  }

  var answer: Answer {
    .exchange(UploadService.archiveHead()) {
      self.step(&$0)
    } ended: { _ in
      self.place?.release()
    }
  }

  private func step(_ exchange: inout Exchange) -> StreamStep {
    if reply != nil { return reply?.step(&exchange) ?? .end }
    place?.waker = exchange.waker
    if isComplete { return send(&exchange) }
    if place?.isLost == true { fail(.displaced) }
    while let archive {
      let read = archive.read(from: &exchange)
      place?.moved(read, exchange.now)
      let kept = archive.drain { keep($0, exchange.now) }
      if let problem = archive.problem ?? problem {
        fail(problem)
      } else if archive.isFinished {
        complete(&exchange)
        return send(&exchange)
      } else if read + kept == 0 {
        return .wait
      }
    }
    while exchange.read({ $0.count }) > 0 {}
    guard exchange.inputEnded, let problem else { return .wait }
    reply = ReplyWriter(Reply(problem, isPage: true))
    return reply?.step(&exchange) ?? .end
  }

  /// Gives up the archive, and its memory.
  private func fail(_ problem: UploadProblem) {
    self.problem = problem
    drop()
    archive = nil
    place?.release()
    place = nil
  }

  /// Gives back the memory of what is kept.
  private func drop() {
    pieces = []
    share.hold(0)
  }

  // MARK: The archive

  /// Keeps bytes of the archive, as many as a piece has room for; returns how many.
  private func keep(_ bytes: Span<UInt8>, _ now: Instant) -> Int {
    guard byteCount + bytes.count <= service.limits.spoolByteCount else {
      problem = .tooLargeWithoutScript
      return 0
    }
    if pieces.last.map({ $0.count == Self.pieceByteCount }) ?? true {
      while share.limit < share.byteCount + Self.pieceByteCount {
        guard service.places.displaceKept(besides: place, now) else {
          problem = .busy
          return 0
        }
      }
      share.hold(share.byteCount + Self.pieceByteCount)
      var piece: [UInt8] = []
      piece.reserveCapacity(Self.pieceByteCount)
      pieces.append(piece)
      place?.dropKept = { self.drop() }
    }
    let last = pieces.count - 1
    let count = min(bytes.count, Self.pieceByteCount - pieces[last].count)
    pieces[last].append(copying: bytes.extracting(0..<count))
    byteCount += count
    return count
  }

  private func complete(_ exchange: inout Exchange) {
    isComplete = true
    archive = nil
    exchange.head = UploadService.archiveHead(length: .known(UInt64(byteCount)))
  }

  /// The place stays taken meanwhile: a client that reads too slowly loses it, and the archive, to another one.
  private func send(_ exchange: inout Exchange) -> StreamStep {
    if place?.isLost == true { return .failed }
    while piece < pieces.count {
      let bytes = pieces[piece]
      let count = exchange.write(bytes.span.extracting(offset..<bytes.count))
      place?.moved(count, exchange.now)
      guard count > 0 else { return .wait }
      offset += count
      if offset == bytes.count {
        pieces[piece] = []
        share.hold(share.byteCount - Self.pieceByteCount)
        (piece, offset) = (piece + 1, 0)
      }
    }
    return .end
  }
}
