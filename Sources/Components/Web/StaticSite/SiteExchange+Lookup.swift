// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP

// Examines files by their names, and the site's folder.

extension SiteExchange {
  func lookUp() -> Step {
    switch lookup.nextStep() {
    case .answer(let head, let body):
      // If the folder is missing, everything in it is.
      if head.status == .notFound, !site.hasSeenFolder(at: request.now) { return checkFolder() }
      site.remember(request, codings, head, body: body)
      return .answer(.respond(Response(head, body: body.isEmpty ? .none : .bytes(body))))
    case .send(let plan, _):
      guard let resolution = lookup.resolution else {
        return .answer(.status(.internalServerError))
      }
      known = site.remember(request, codings, resolution, plan)
      self.plan = plan
      stage = .opening
      return .proceed
    case .examine(let path):
      guard let found = examine(path) else { return .wait }
      // The file's attributes may have told the time.
      lookup.now = site.date
      lookup.record(found)
      return .proceed
    }
  }

  /// What `path` names, or nil while the server has not answered.
  private func examine(_ path: [UInt8]) -> SiteLookup.Found? {
    let whole = site.wholePath(path)
    guard whole.count <= Int(FileCommand.pathLimit) else { return .nothing }
    switch doubt {
    case .none: break
    case .aboutMissingFiles: return askForMissingFile()
    case .aboutServer: return askForFolder()
    }
    guard let result = result(whole, { .stat(path: $0, buffer: $1) }) else { return nil }
    let stat = files.stat(result.ticket)
    if result.status == .error, !files.isServal {
      if site.errorMeansMissing(at: request.now) { return .nothing }
      doubt = .aboutMissingFiles
      return askForMissingFile()
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
    site.recordChange(at: stat.changed)
    files.report(nil)
    if stat.isDirectory { return .directory }
    return stat.isRegular ? .file(SiteFile(path: path, stat)) : .nothing
  }

  // MARK: What `error` means

  /// A file that no server has, as its folder does not exist.
  private static var missingFile: StaticString { "/.serval-no-folder/none" }

  private func askForMissingFile() -> SiteLookup.Found? {
    guard let result = result([UInt8](Self.missingFile), { .stat(path: $0, buffer: $1) }) else {
      return nil
    }
    files.end(result.ticket)
    guard result.status == .error else { return endDoubt(.failed(.badGateway)) }
    doubt = .aboutServer
    return askForFolder()
  }

  private func askForFolder() -> SiteLookup.Found? {
    guard let status = openFolder() else { return nil }
    guard status != .error else { return endDoubt(.failed(.badGateway)) }
    site.recordErrorMeansMissing(at: request.now)
    return endDoubt(.nothing)
  }

  private func endDoubt(_ found: SiteLookup.Found) -> SiteLookup.Found {
    doubt = .none
    if found != .nothing { files.report(.file(.error)) }
    return found
  }

  // MARK: The site's folder

  private var folder: [UInt8] { site.folder.isEmpty ? [0x2f] : site.folder }

  /// The status of opening the site's folder, which is closed again; nil while the server has not
  /// answered.
  private func openFolder() -> FileStatus? {
    guard let result = result(folder, opens: .directory, { path, _ in .openDirectory(path: path) })
    else { return nil }
    files.end(result.ticket)
    if result.status == .success { files.close(result.value, .directory) }
    return result.status
  }

  /// Finds out whether the site's folder exists. Without it, every request gets 503, and no page
  /// counts as missing.
  func checkFolder() -> Step {
    isCheckingFolder = true
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
    isCheckingFolder = false
    guard status != .success else {
      site.folderSeenAt = request.now
      files.report(nil)
      return .proceed
    }
    files.report(.folder(status))
    guard case .failed(let answer) = status.meaning else {
      return .answer(.status(.serviceUnavailable))
    }
    return .answer(.status(answer))
  }
}
