// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import HTTP

// Opens the file, examines it, and waits for its first bytes.

extension SiteExchange {
  func open(_ known: KnownAnswer) -> Step {
    // While our own OPEN is under way, its result has to be taken, so that its descriptor is closed.
    if !hasCommand, let file = known.file {
      stage = .examining(file)
      return .proceed
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
      // The file may have gone since it was examined, for which not every server has a status.
      return !files.isServal && restarts == 0 ? startOver() : fail(result.status)
    }
    stage = .examining(OpenFile(files, result.value, path: path))
    return .proceed
  }

  /// Checks that the open file is the version that was found by its name. If not, the open file
  /// decides.
  func examine(_ file: OpenFile) -> Step {
    guard let known, case .file(let resolution, _) = known.outcome else {
      return startOver()
    }
    guard let result = resultOfCommand({ files.examine(file, for: request.connection) }) else {
      return .wait
    }
    let stat = files.stat(result.ticket)
    guard result.status == .success, let stat else {
      // Either the file was kept open and has since been replaced and removed, or it has gone since
      // it was opened, for which not every server has a status.
      let mayBeGone = known.file === file || !files.isServal && restarts == 0
      return mayBeGone ? startOver() : fail(result.status == .success ? .error : result.status)
    }
    guard stat.isRegular else { return startOver() }
    files.report(nil)
    let found = SiteFile(path: resolution.file.path, stat)
    if found != resolution.file {
      known.invalidate()
      let other = resolution.replacing(found)
      let plan = other.plan(for: request.head, now: site.date)
      use(site.remember(request, codings, other, plan))
      // These servers were asked about the name, and the open file may be another one.
      guard files.isServal else { return countRestart() }
    }
    return startReading(file, FileVersion(stat))
  }

  private func startReading(_ file: OpenFile, _ version: FileVersion) -> Step {
    guard let known, let plan else { return startOver() }
    if let answer = site.answerWithoutReading(known, plan, request) { return .answer(answer) }
    known.keep(file, files)
    stage = .reading(FileBody(files, request.connection, known, file, version, plan.pieces))
    return .proceed
  }

  func awaitFirstBytes(of body: FileBody) -> Step {
    switch body.prepare() {
    case .waiting: return .wait
    case .ready:
      guard let plan else { return startOver() }
      return .answer(.respond(Response(plan.head, body: .source(body))))
    case .changed, .failed(.invalidDescriptor): return startOver()
    case .failed(let status):
      // A file that was kept open may have gone, for which not every server has a status.
      if !files.isServal, restarts == 0 { return startOver() }
      return fail(status)
    }
  }
}
