// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Time

/// An archive with two connections: the files come on one, and the archive leaves on the other. Either may come first, and waits for the
/// other; the end of one is the end of both.
final class Transfer {
  /// One of the two connections.
  enum End {
    case upload, download
  }

  private enum State {
    case awaited
    case here(Waker)
    /// Everything was sent.
    case complete
  }

  private let service: UploadService
  private var upload = State.awaited
  private var download = State.awaited
  private var archive: UploadArchive?
  private var place: Place?
  /// Whether all of the upload was read.
  private var isRead = false
  /// What became of the files, for people.
  private var summary: [UInt8] = []
  /// Why there is no archive, or no whole one.
  private(set) var problem: UploadProblem?

  init(_ service: UploadService) { self.service = service }

  // MARK: The upload

  /// Answers the request with the files.
  func upload(_ request: Request) -> Answer {
    var form: UploadForm?
    do throws(UploadProblem) {
      form = try service.form(of: request)
    } catch {
      fail(error)
    }
    let deadline = request.now + service.limits.partnerTime
    var reply: ReplyWriter?
    return .exchange(ResponseHead(.ok)) { exchange in
      if reply == nil { reply = self.stepUpload(&exchange, form, deadline) }
      return reply?.step(&exchange) ?? .wait
    } ended: { _ in
      if case .complete = self.download { return }
      self.fail(.uploadGone)
    }
  }

  /// Moves the upload on; returns the answer when it is over.
  private func stepUpload(
    _ exchange: inout Exchange, _ form: UploadForm?, _ deadline: Instant
  ) -> ReplyWriter? {
    if case .awaited = upload { wake(download) }
    upload = .here(exchange.waker)
    if let problem { return ReplyWriter(Reply(problem, isPage: false)) }
    switch download {
    case .complete: return ReplyWriter(Reply(line: summary))
    case .awaited:
      guard exchange.now < deadline else { return refuse(.noDownload) }
      exchange.deadline = deadline
      return nil
    case .here: break
    }
    if place == nil {
      place = service.places.take(exchange.now)
      guard let place else { return refuse(.busy) }
      place.waker = exchange.waker
      archive = form.map { UploadArchive($0, service) }
    }
    if place?.isLost == true { return refuse(.displaced) }
    guard let archive else { return nil }
    place?.moved(archive.read(from: &exchange), exchange.now)
    isRead = exchange.inputEnded
    if let problem = archive.problem { return refuse(problem) }
    // The limits of the download's pace end it, and so this.
    exchange.deadline = exchange.now + service.limits.partnerTime
    if archive.hasOutput { wake(download) }
    return nil
  }

  private func refuse(_ problem: UploadProblem) -> ReplyWriter {
    fail(problem)
    return ReplyWriter(Reply(problem, isPage: false))
  }

  // MARK: The download

  /// Answers the request for the archive.
  func download(_ now: Instant) -> Answer {
    let deadline = now + service.limits.partnerTime
    var reply: ReplyWriter?
    return .exchange(UploadService.archiveHead()) { exchange in
      if reply != nil { return reply?.step(&exchange) ?? .end }
      if case .awaited = self.download { self.wake(self.upload) }
      self.download = .here(exchange.waker)
      if case .awaited = self.upload, exchange.now >= deadline { self.fail(.noUpload) }
      if let problem = self.problem {
        guard !exchange.hasBegun else { return .failed }
        reply = ReplyWriter(Reply(problem, isPage: false))
        return reply?.step(&exchange) ?? .end
      }
      if case .awaited = self.upload { exchange.deadline = deadline }
      return self.send(&exchange)
    } ended: { end in
      guard self.problem == nil else { return }
      if end == .complete {
        self.download = .complete
        self.release()
        self.wake(self.upload)
      } else {
        self.fail(.downloadGone)
      }
    }
  }

  private func send(_ exchange: inout Exchange) -> StreamStep {
    guard let archive, place != nil else { return .wait }
    let written = archive.write(to: &exchange)
    if isRead { place?.moved(written, exchange.now) }
    if archive.isFinished {
      summary = archive.summary
      self.archive = nil
      return .end
    }
    if written > 0 { wake(upload) }
    return written > 0 ? .more : .wait
  }

  // MARK: Both

  private func wake(_ end: State) {
    if case .here(let waker) = end { waker.wake() }
  }

  private func fail(_ problem: UploadProblem) {
    if self.problem == nil { self.problem = problem }
    archive = nil
    release()
    wake(upload)
    wake(download)
  }

  private func release() {
    place?.release()
    place = nil
  }
}
