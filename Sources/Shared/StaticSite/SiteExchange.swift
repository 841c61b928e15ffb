// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Rings

/// A request of a static site on its way to an answer: looks at files until it is known what to
/// send, and opens that.
final class SiteExchange {
  private let site: StaticSite
  private let files: FileAccess
  private let request: Request
  private let codings: UInt8
  private var lookup: SiteLookup
  // What the lookup has come to, and what of that to send.
  private var known: KnownAnswer?
  private var plan: FilePlan?
  private var ticket: FileTicket?
  // Once the file is open: its first bytes are waited for, as until then there can be another answer.
  private var reader: FileReader?
  private var isOpenFromBefore = false
  private var failure: Answer?
  private let failuresBefore: UInt64

  // Where the answer to STAT goes, behind the longest path.
  private static var statOffset: UInt64 { 4096 }

  /// - Parameter known: what was found out a short time ago.
  init(_ site: StaticSite, _ request: Request, _ codings: UInt8, _ known: KnownAnswer?) {
    self.site = site
    files = site.files
    self.request = request
    self.codings = codings
    self.known = known
    lookup = SiteLookup(request.head, request.path, site.rules, now: site.date)
    failuresBefore = files.failures
    if let known { plan = known.plan(for: request.head, now: site.date) }
  }

  deinit { if let ticket { files.abandon(ticket) } }

  /// The answer, once there is one.
  func poll() -> Answer? {
    if files.isBroken { return .status(.badGateway) }
    guard files.state == .ready else {
      if files.failures != failuresBefore { return unavailable() }
      files.start()
      files.want(request.connection)
      return nil
    }
    while true {
      if let known, let plan {
        if let reader {
          switch reader.hasBegun() {
          case nil: return files.isBroken ? .status(.badGateway) : nil
          case true?: return .respond(Response(plan.head, body: .source(reader)))
          case false?:
            known.drop()
            guard isOpenFromBefore else { return .status(.gatewayTimeout) }
            startOver()
            continue
          }
        }
        if let answer = site.answer(known, plan, request) { return answer }
        guard prepare(known, plan) else { return failure }
        continue
      }
      switch lookup.next() {
      case .answer(let head, let body):
        site.note(request, codings, .other(head, body))
        return .respond(Response(head, body: body.isEmpty ? .none : .bytes(body)))
      case .send(let plan, _):
        guard let resolution = lookup.resolution else { return .status(.internalServerError) }
        known = site.note(request, codings, resolution, plan)
        self.plan = plan
      case .look(let path):
        guard let found = look(path) else { return nil }
        // A look may have told the time.
        lookup.now = site.date
        lookup.take(found)
      }
    }
  }

  /// What was open may have been another file by that name, which is no more.
  private func startOver() {
    (known, plan, reader) = (nil, nil, nil)
    lookup = SiteLookup(request.head, request.path, site.rules, now: site.date)
  }

  private func unavailable() -> Answer {
    var head = ResponseHead(.serviceUnavailable)
    head.add("Retry-After", "1")
    return .respond(Response(head, body: .none))
  }

  /// A ticket for a command about a path, sent; nil where there is no room for it now.
  private func send(
    _ path: [UInt8], opens: Bool, _ command: (ShareBuffer, ShareBuffer) -> FileCommand
  ) {
    guard files.hasRoom(for: request.connection, opens: opens),
      let buffer = files.takeBuffer(for: request.connection)
    else { return }
    var whole = site.folder
    whole.append(copying: path.span)
    let new = FileTicket(buffer: buffer, connection: request.connection, opens: opens)
    let name = ShareBuffer(offset: buffer.offset, byteCount: UInt64(whole.count))
    let stat = ShareBuffer(
      offset: buffer.offset + Self.statOffset, byteCount: FileCommand.statByteCount)
    guard files.share.store(whole.span, offset: buffer.offset),
      files.submit(command(name, stat), new)
    else { return files.giveBack(new) }
    ticket = new
  }

  /// What the file of `path` is, once that is known.
  private func look(_ path: [UInt8]) -> SiteLookup.Found? {
    guard site.folder.count + path.count <= Int(FileCommand.pathLimit) else { return .nothing }
    guard let ticket else {
      send(path, opens: false) { .stat(path: $0, buffer: $1) }
      return nil
    }
    guard case .done(let status, _) = ticket.state else { return nil }
    let offset = (ticket.buffer?.offset ?? 0) + Self.statOffset
    let stat = files.share.withBytes(offset: offset, count: FileCommand.statByteCount) {
      FileStat($0)
    }
    files.end(ticket)
    self.ticket = nil
    return found(status, stat ?? nil, path)
  }

  private func found(
    _ status: FileStatus, _ stat: FileStat?, _ path: [UInt8]
  ) -> SiteLookup.Found {
    switch status {
    case .success: break
    case .noFile, .notDirectory, .invalidPath, .invalidName, .denied: return .nothing
    case .error where files.errorMeansMissing: return .nothing
    default: return .failed
    }
    guard let stat else { return .failed }
    site.note(change: stat.changed)
    if stat.isDirectory { return .directory }
    guard stat.isRegular else { return .nothing }
    return .file(
      SiteFile(
        path: path, size: stat.size, modified: stat.modified,
        modifiedNanoseconds: stat.modifiedNanoseconds))
  }

  /// Opens what is to be sent; false where that has to be waited for, or there is a failure.
  private func prepare(_ known: KnownAnswer, _ plan: FilePlan) -> Bool {
    if let file = known.file {
      isOpenFromBefore = true
      reader = FileReader(files, request.connection, known, nil, file, plan.pieces)
      return true
    }
    guard case .file(let resolution, _) = known.outcome else {
      failure = .status(.notFound)
      return false
    }
    guard let ticket else {
      send(resolution.file.path, opens: true) { name, _ in .open(path: name, .read) }
      return false
    }
    guard case .done(let status, let descriptor) = ticket.state else { return false }
    files.end(ticket)
    self.ticket = nil
    guard status == .success else {
      known.drop()
      let isMissing = found(status, nil, resolution.file.path) == .nothing
      failure = .status(isMissing ? .notFound : .gatewayTimeout)
      return false
    }
    let file = OpenFile(files, descriptor)
    known.keep(file, files)
    isOpenFromBefore = false
    reader = FileReader(files, request.connection, known, nil, file, plan.pieces)
    return true
  }
}
