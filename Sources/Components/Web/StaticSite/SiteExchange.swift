// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Rings

/// A request of a static site on its way to an answer: looks at files until it is known what to
/// send, and opens that. What the open file is then, and not what was by its name before, is what the answer says.
final class SiteExchange {
  private enum Stage {
    case looking
    /// It is known what to send.
    case opening
    case examining(OpenFile)
    /// Its first bytes are waited for, as until then there can be another answer.
    case reading(FileReader)
  }

  /// The server said `error` of a path, which some say of files that are not there, too. What is asked to find out.
  private enum Doubt {
    case none
    /// What it says of a file that is not there.
    case ofWords
    /// Whether it gives anything.
    case ofWork
  }

  private enum Step {
    case answer(Answer)
    case wait
    case goOn
  }

  private let site: StaticSite
  private let files: FileAccess
  private let request: Request
  private let codings: UInt8
  private var lookup: SiteLookup
  private var stage = Stage.looking
  // What the lookup has come to, and what of that to send.
  private var known: KnownAnswer?
  private var plan: FilePlan?
  private var ticket: FileTicket?
  // The command that is on its way is about the site's folder.
  private var looksAtFolder = false
  private var doubt = Doubt.none
  private var restarts = 0
  private let failuresBefore: UInt64

  // Files that change faster than they can be opened are not to be had.
  private static var restartLimit: Int { 5 }

  /// - Parameter known: what was found out a short time ago.
  init(_ site: StaticSite, _ request: Request, _ codings: UInt8, _ known: KnownAnswer?) {
    self.site = site
    files = site.files
    self.request = request
    self.codings = codings
    lookup = SiteLookup(request.head, request.path, site.rules, now: site.date)
    failuresBefore = files.failures
    if let known { have(known) }
  }

  deinit { if let ticket { files.abandon(ticket) } }

  /// The answer, once there is one.
  func poll() -> Answer? {
    while true {
      if files.isBroken { return .status(.badGateway) }
      guard files.state == .ready else {
        if files.failures != failuresBefore { return Self.unavailable }
        files.start()
        files.want(request.connection)
        return nil
      }
      let step = site.hasFolder && !looksAtFolder ? advance() : lookAtFolder()
      switch step {
      case .answer(let answer): return answer
      case .wait: if !files.isBroken { return nil }
      case .goOn: break
      }
    }
  }

  private static var unavailable: Answer {
    var head = ResponseHead(.serviceUnavailable)
    head.add("Retry-After", "1")
    return .respond(Response(head, body: .none))
  }

  private func advance() -> Step {
    switch stage {
    case .looking: return lookUp()
    case .opening:
      guard let known, let plan else { return startOver() }
      if let answer = site.answer(known, plan, request) { return .answer(answer) }
      return open(known)
    case .examining(let file): return examine(file)
    case .reading(let reader): return read(reader)
    }
  }

  private func have(_ known: KnownAnswer) {
    self.known = known
    plan = known.plan(for: request.head, now: site.date)
    stage = plan == nil ? .looking : .opening
  }

  /// What was found out has not lasted.
  private func startOver() -> Step {
    known?.drop()
    (known, plan, stage) = (nil, nil, .looking)
    restarts += 1
    guard restarts <= Self.restartLimit else { return .answer(Self.unavailable) }
    lookup = SiteLookup(request.head, request.path, site.rules, now: site.date)
    return .goOn
  }

  /// A visitor does not get a file.
  private func fail(_ status: FileStatus) -> Step {
    switch status.meaning {
    case .missing, .gone: return startOver()
    case .failed(let answer):
      known?.drop()
      if answer != .forbidden { files.report(.file(status)) }
      return answer == .serviceUnavailable
        ? .answer(Self.unavailable) : .answer(.status(answer))
    }
  }

  // MARK: Looking

  private func lookUp() -> Step {
    switch lookup.next() {
    case .answer(let head, let body):
      // All is missing where the folder is.
      if head.status == .notFound, !site.hasSeenFolder(at: request.now) { return lookAtFolder() }
      site.note(request, codings, .other(head, body))
      return .answer(.respond(Response(head, body: body.isEmpty ? .none : .bytes(body))))
    case .send(let plan, _):
      guard let resolution = lookup.resolution else {
        return .answer(.status(.internalServerError))
      }
      known = site.note(request, codings, resolution, plan)
      self.plan = plan
      stage = .opening
      return .goOn
    case .look(let path):
      guard let found = look(path) else { return .wait }
      // A look may have told the time.
      lookup.now = site.date
      lookup.take(found)
      return .goOn
    }
  }

  /// The status and the value of the command that is on its way; sends it where there is none. Nil while it has to be
  /// waited for.
  private func result(
    _ path: [UInt8], opens: FileTicket.Opens = .nothing,
    _ command: (ShareBuffer, ShareBuffer) -> FileCommand
  ) -> (status: FileStatus, value: UInt64, ticket: FileTicket)? {
    guard let ticket else {
      ticket = files.send(path, for: request.connection, opens: opens, command)
      return nil
    }
    guard case .done(let status, let value) = ticket.state else { return nil }
    self.ticket = nil
    return (status, value, ticket)
  }

  /// What the file of `path` is, once that is known.
  private func look(_ path: [UInt8]) -> SiteLookup.Found? {
    let whole = site.wholePath(path)
    guard whole.count <= Int(FileCommand.pathLimit) else { return .nothing }
    switch doubt {
    case .none: break
    case .ofWords: return askForMissing()
    case .ofWork: return askForFolder()
    }
    guard let result = result(whole, { .stat(path: $0, buffer: $1) }) else { return nil }
    let stat = files.stat(result.ticket)
    if result.status == .error, !files.isServal {
      if site.errorMeansMissing(at: request.now) { return .nothing }
      doubt = .ofWords
      return askForMissing()
    }
    return found(result.status, stat, path)
  }

  private func found(
    _ status: FileStatus, _ stat: FileStat?, _ path: [UInt8]
  ) -> SiteLookup.Found {
    guard status == .success else {
      switch status.meaning {
      case .missing: return .nothing
      case .gone: return .failed(.badGateway)
      case .failed(let answer):
        if answer != .forbidden { files.report(.file(status)) }
        return .failed(answer)
      }
    }
    guard let stat else { return .failed(.badGateway) }
    site.note(change: stat.changed)
    files.report(nil)
    if stat.isDirectory { return .directory }
    return stat.isRegular ? .file(SiteFile(path: path, stat)) : .nothing
  }

  // Nobody has that: a file in a folder that is not there.
  private static var missing: StaticString { "/.serval-no-folder/none" }

  private func askForMissing() -> SiteLookup.Found? {
    guard let result = result([UInt8](Self.missing), { .stat(path: $0, buffer: $1) }) else {
      return nil
    }
    files.end(result.ticket)
    guard result.status == .error else { return settle(.failed(.badGateway)) }
    doubt = .ofWork
    return askForFolder()
  }

  private func askForFolder() -> SiteLookup.Found? {
    guard let status = openFolder() else { return nil }
    guard status != .error else { return settle(.failed(.badGateway)) }
    site.noteErrorMeansMissing(at: request.now)
    return settle(.nothing)
  }

  private func settle(_ found: SiteLookup.Found) -> SiteLookup.Found {
    doubt = .none
    if found != .nothing { files.report(.file(.error)) }
    return found
  }

  /// What comes of opening the site's folder, which is closed again.
  private func openFolder() -> FileStatus? {
    let folder = site.folder.isEmpty ? [0x2f] : site.folder
    guard let result = result(folder, opens: .directory, { path, _ in .openDirectory(path: path) })
    else { return nil }
    files.end(result.ticket)
    if result.status == .success { files.close(result.value, .directory) }
    return result.status
  }

  /// Before anything else: a site whose folder is not there has no pages, whatever is asked for.
  private func lookAtFolder() -> Step {
    looksAtFolder = true
    let folder = site.folder.isEmpty ? [0x2f] : site.folder
    let status: FileStatus
    if files.isServal {
      guard let result = result(folder, { .stat(path: $0, buffer: $1) }) else { return .wait }
      let stat = files.stat(result.ticket)
      let isFile = result.status == .success && stat?.isRegular != false
      status = isFile ? .notDirectory : result.status
    } else {
      guard let found = openFolder() else { return .wait }
      status = found
    }
    looksAtFolder = false
    guard status != .success else {
      site.folderSeenAt = request.now
      files.report(nil)
      return .goOn
    }
    files.report(.folder(status))
    guard case .failed(let answer) = status.meaning, answer != .serviceUnavailable else {
      return .answer(Self.unavailable)
    }
    return .answer(.status(answer))
  }

  // MARK: Opening

  private func open(_ known: KnownAnswer) -> Step {
    if let file = known.file {
      stage = .examining(file)
      return .goOn
    }
    guard case .file(let resolution, _) = known.outcome else {
      return .answer(.status(.notFound))
    }
    let path = site.wholePath(resolution.file.path)
    guard let result = result(path, opens: .file, { name, _ in .open(path: name, .read) }) else {
      return .wait
    }
    files.end(result.ticket)
    guard result.status == .success else {
      // It may have gone since it was looked at, which not every server has a word for.
      return !files.isServal && restarts == 0 ? startOver() : fail(result.status)
    }
    stage = .examining(OpenFile(files, result.value, path: path))
    return .goOn
  }

  /// The open file is what was found by its name, or else what it is decides.
  private func examine(_ file: OpenFile) -> Step {
    guard let known, case .file(let resolution, _) = known.outcome else {
      return startOver()
    }
    guard let ticket else {
      ticket = files.examine(file, for: request.connection)
      return .wait
    }
    guard case .done(let status, _) = ticket.state else { return .wait }
    self.ticket = nil
    let stat = files.stat(ticket)
    guard status == .success, let stat else {
      // What was open may have been another file by that name, which is no more.
      // Or it has gone since it was opened, which not every server has a word for.
      let mayBeGone = known.file === file || !files.isServal && restarts == 0
      return mayBeGone ? startOver() : fail(status == .success ? .error : status)
    }
    guard stat.isRegular else { return startOver() }
    files.report(nil)
    let found = SiteFile(path: resolution.file.path, stat)
    if found != resolution.file {
      known.drop()
      let other = resolution.replacing(found)
      have(site.note(request, codings, other, other.plan(for: request.head, now: site.date)))
      // Where the name was looked at, nobody knows what is open by it.
      guard files.isServal else { return reopen() }
    }
    return start(file, FileVersion(stat))
  }

  private func reopen() -> Step {
    restarts += 1
    return restarts <= Self.restartLimit ? .goOn : .answer(Self.unavailable)
  }

  private func start(_ file: OpenFile, _ version: FileVersion) -> Step {
    guard let known, let plan else { return startOver() }
    if let answer = site.answer(known, plan, request) { return .answer(answer) }
    known.keep(file, files)
    stage = .reading(FileReader(files, request.connection, known, file, version, plan.pieces))
    return .goOn
  }

  private func read(_ reader: FileReader) -> Step {
    switch reader.start() {
    case .waiting: return .wait
    case .begun:
      guard let plan else { return startOver() }
      return .answer(.respond(Response(plan.head, body: .source(reader))))
    case .changed, .failed(.invalidDescriptor): return startOver()
    case .failed(let status):
      // A file that was kept open may be no more, which not every server has a word for.
      if !files.isServal, restarts == 0 { return startOver() }
      return fail(status)
    }
  }
}
