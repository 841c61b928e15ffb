// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP

/// An upload whose client reads the archive while it sends the files.
final class StreamedUpload {
  /// Nil once there is only a problem to answer, which may have to wait for room.
  private var archive: UploadArchive?
  private let place: Place
  private var reply: ReplyWriter?

  init(_ archive: UploadArchive, _ place: Place) {
    self.archive = archive
    self.place = place
  }

  var answer: Answer {
    .exchange(UploadService.archiveHead()) {
      self.step(&$0)
    } ended: { _ in
      self.place.release()
    }
  }

  private func step(_ exchange: inout Exchange) -> StreamStep {
    if reply != nil { return reply?.step(&exchange) ?? .end }
    place.waker = exchange.waker
    if place.isLost { return fail(.displaced, &exchange) }
    guard let archive else { return .failed }
    let read = archive.read(from: &exchange)
    place.moved(read, exchange.now)
    if let problem = archive.problem { return fail(problem, &exchange) }
    let written = archive.write(to: &exchange)
    if exchange.inputEnded { place.moved(written, exchange.now) }
    if archive.isFinished { return .end }
    return read + written > 0 ? .more : .wait
  }

  private func fail(_ problem: UploadProblem, _ exchange: inout Exchange) -> StreamStep {
    archive = nil
    guard !exchange.hasBegun else { return .failed }
    place.release()
    reply = ReplyWriter(Reply(problem, isPage: false))
    return reply?.step(&exchange) ?? .end
  }
}
