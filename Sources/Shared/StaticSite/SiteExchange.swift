// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Rings

/// A request of a static site on its way to an answer: looks at files until it is known what to
/// send, and opens that.
final class SiteExchange {
  private let files: FileAccess
  private let connection: Int
  private let folder: [UInt8]
  private var lookup: SiteLookup
  private let wantsBody: Bool
  private let errorMeansMissing: Bool
  private var ticket: FileTicket?
  private let failuresBefore: UInt64

  // Where the answer to STAT goes, behind the longest path.
  private static var statOffset: UInt64 { 4096 }

  init(
    _ files: FileAccess, connection: Int, folder: [UInt8], _ lookup: SiteLookup, wantsBody: Bool,
    errorMeansMissing: Bool
  ) {
    self.files = files
    self.connection = connection
    self.folder = folder
    self.lookup = lookup
    self.wantsBody = wantsBody
    self.errorMeansMissing = errorMeansMissing
    failuresBefore = files.failures
  }

  deinit { if let ticket { files.abandon(ticket) } }

  /// The answer, once there is one.
  func poll() -> Answer? {
    if files.isBroken { return .status(.badGateway) }
    guard files.state == .ready else {
      if files.failures != failuresBefore { return unavailable() }
      files.start()
      files.want(connection)
      return nil
    }
    while true {
      switch lookup.next() {
      case .answer(let head, let body):
        return .respond(Response(head, body: body.isEmpty ? .none : .bytes(body)))
      case .send(let plan, let path):
        guard wantsBody, !plan.pieces.isEmpty else {
          return .respond(Response(plan.head, body: .none))
        }
        return open(plan, path)
      case .look(let path):
        guard let found = look(path) else { return nil }
        lookup.take(found)
      }
    }
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
    guard files.hasRoom(for: connection, opens: opens),
      let buffer = files.takeBuffer(for: connection)
    else { return }
    let whole = folder + path
    let new = FileTicket(buffer: buffer, connection: connection, opens: opens)
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
    guard folder.count + path.count <= Int(FileCommand.pathLimit) else { return .nothing }
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
    case .error where errorMeansMissing: return .nothing
    default: return .failed
    }
    guard let stat else { return .failed }
    if stat.isDirectory { return .directory }
    guard stat.isRegular else { return .nothing }
    return .file(
      SiteFile(
        path: path, size: stat.size, modified: stat.modified,
        modifiedNanoseconds: stat.modifiedNanoseconds))
  }

  private func open(_ plan: FilePlan, _ path: [UInt8]) -> Answer? {
    guard let ticket else {
      send(path, opens: true) { name, _ in .open(path: name, .read) }
      return nil
    }
    guard case .done(let status, let descriptor) = ticket.state else { return nil }
    files.end(ticket)
    self.ticket = nil
    guard status == .success else {
      return .status(found(status, nil, path) == .nothing ? .notFound : .gatewayTimeout)
    }
    let reader = FileReader(files, connection, descriptor, plan.pieces)
    return .respond(Response(plan.head, body: .stream { reader.step(&$0) }))
  }
}
