// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

extension NFSClient {
  /// Continues an operation whose path has been walked: `here` is the file itself or, for requests that
  /// change a name, the directory that holds it.
  mutating func arrive(_ index: Int, _ here: FileHandle, _ now: Instant) {
    guard let operation = operations[index] else { return }
    switch operation.request {
    case .attributes, .open:
      if let found = attributes.attributes(here, now: now) {
        return haveAttributes(index, here, found, now)
      }
      operations[index]?.stage = .attributes
      issue(index, .getAttributes(here), now)
    case .list: listNext(index, here, now)
    case .remove, .makeDirectory, .removeDirectory:
      guard let name = lastName(operation) else { return fail(index, .invalidPath) }
      operations[index]?.stage = .final
      operations[index]?.firstName = name
      issue(index, changing(operation.request, here, name), now)
    case .rename:
      guard let name = lastName(operation) else { return fail(index, .invalidPath) }
      guard let first = operation.firstDirectory else {
        operations[index]?.firstDirectory = here
        operations[index]?.firstName = name
        return begin(index, now)
      }
      operations[index]?.stage = .final
      issue(
        index, .rename(from: first, name: operation.firstName, to: here, newName: name), now)
    case .mount, .attributesOfFile, .currentAttributes, .read, .write, .setSize, .synchronise,
      .statistics:
      fail(index, .protocolViolation)
    }
  }

  private func changing(
    _ request: FileRequest, _ directory: FileHandle, _ name: [UInt8]
  ) -> NFSCall {
    switch request {
    case .makeDirectory: .makeDirectory(directory: directory, name: name, mode: 0o755)
    case .removeDirectory: .removeDirectory(directory: directory, name: name)
    default: .remove(directory: directory, name: name)
    }
  }

  private func lastName(_ operation: Operation) -> [UInt8]? {
    guard let range = operation.walk.nextName() else { return nil }
    let name = operation.walk.name(range)
    return name == [0x2e, 0x2e] || name.count > 255 ? nil : name
  }

  private mutating func haveAttributes(
    _ index: Int, _ here: FileHandle, _ found: FileAttributes, _ now: Instant
  ) {
    guard case .open(_, let options) = operations[index]?.request else {
      return complete(index, .attributes(found))
    }
    switch found.type {
    case .regular: break
    case .directory: return fail(index, NFSStatus.isDirectory)
    default: return fail(index, .wrongType)
    }
    if let rights = attributes.rights(here, now: now) {
      return open(index, here, found, options, rights)
    }
    operations[index]?.stage = .rights
    issue(index, .access(here, .all), now)
  }

  private mutating func open(
    _ index: Int, _ here: FileHandle, _ found: FileAttributes, _ options: OpenOptions,
    _ rights: AccessRights
  ) {
    guard !options.contains(.read) || rights.contains(.read),
      !options.contains(.write) || rights.contains(.modify) || rights.contains(.extend)
    else { return fail(index, NFSStatus.accessDenied) }
    complete(index, .opened(here, found))
  }

  // MARK: Open files

  /// Begins a request that names its file by handle, so that no path is walked.
  mutating func beginOnFile(_ index: Int, _ now: Instant) {
    guard let request = operations[index]?.request else { return }
    operations[index]?.stage = .final
    switch request {
    case .attributesOfFile(let file):
      if let found = attributes.attributes(file, now: now) {
        return complete(index, .attributes(found))
      }
      issue(index, .getAttributes(file), now)
    case .currentAttributes(let file): issue(index, .getAttributes(file), now)
    case .read: serveRead(index, now)
    case .write(let file, _, let data):
      blocks.removeAll(of: file)
      guard !data.isEmpty else { return complete(index, .written(0)) }
      writeNext(index, now)
    case .setSize(let file, let size):
      blocks.removeAll(of: file)
      issue(index, .setSize(file, size), now)
    case .synchronise(let file): issue(index, .commit(file, offset: 0, count: 0), now)
    default: fail(index, .protocolViolation)
    }
  }

  private mutating func writeNext(_ index: Int, _ now: Instant) {
    guard let operation = operations[index],
      case .write(let file, let offset, let data) = operation.request
    else { return }
    let count = min(data.count - operation.written, Int(session.writeSize))
    let (start, overflow) = offset.addingReportingOverflow(UInt64(operation.written))
    guard !overflow else { return fail(index, NFSStatus.fileTooBig) }
    let part = [UInt8](
      copying: data.span.extracting(operation.written..<operation.written + count))
    issue(index, .write(file, offset: start, data: part), now)
  }

  private mutating func handleWritten(_ index: Int, _ count: UInt32, _ now: Instant) {
    guard let operation = operations[index], case .write(_, _, let data) = operation.request
    else { return }
    let left = data.count - operation.written
    guard count > 0, Int(count) <= min(left, Int(session.writeSize)) else {
      return fail(index, .protocolViolation)
    }
    operations[index]?.written += Int(count)
    if Int(count) == left { return complete(index, .written(data.count)) }
    writeNext(index, now)
  }

  // MARK: Directories

  private mutating func listNext(_ index: Int, _ here: FileHandle, _ now: Instant) {
    guard let operation = operations[index] else { return }
    operations[index]?.stage = .final
    issue(
      index,
      .readDirectory(
        here, cookie: operation.cookie, verifier: operation.verifier, directoryCount: 8192,
        maximumCount: 32_768), now)
  }

  /// The number of entries collected so far, over all unfinished listings.
  private var listedCount: Int {
    var count = 0
    for operation in operations { count += operation?.entries.count ?? 0 }
    return count
  }

  private mutating func appendPage(
    _ index: Int, _ page: DirectoryPage, _ here: FileHandle, _ now: Instant
  ) {
    for entry in page.entries {
      guard let handle = entry.handle, entry.name != [0x2e], entry.name != [0x2e, 0x2e] else {
        continue
      }
      names.store(.file(handle), here, entry.name, until: now + settings.attributeTime)
      if let found = entry.attributes { cacheAttributes(found, handle, now) }
    }
    operations[index]?.entries.append(contentsOf: page.entries)
    operations[index]?.pages += 1
    operations[index]?.verifier = page.verifier
    guard let operation = operations[index] else { return }
    guard listedCount <= settings.listLimit, operation.pages <= settings.listLimit
    else { return fail(index, .directoryTooLarge) }
    if page.isEnd { return complete(index, .entries(operation.entries)) }
    // Without progress of the cookie the same page would be requested forever.
    guard let cookie = page.lastCookie, cookie != operation.cookie else {
      return fail(index, .protocolViolation)
    }
    operations[index]?.cookie = cookie
    listNext(index, here, now)
  }

  // MARK: Last answers

  /// Handles the reply to a call that follows the walk. `wasRepeated` means that the call was sent more
  /// than once.
  mutating func finish(
    _ index: Int, _ result: NFSResult, wasRepeated: Bool, _ now: Instant
  ) {
    guard let operation = operations[index] else { return }
    let status = Self.forgiving(result.status, operation.request, wasRepeated: wasRepeated)
    if case .open(_, let options) = operation.request, operation.stage == .final {
      return handleCreated(index, result, options, now)
    }
    guard status == .ok else {
      forget(operation)
      // Earlier WRITEs succeeded: report their bytes rather than the error.
      if operation.written > 0 { return complete(index, .written(operation.written)) }
      return fail(index, status)
    }
    switch operation.request {
    case .mount: complete(index, .done)
    case .attributes, .open: handleAttributesOrRights(index, result, now)
    case .attributesOfFile(let file), .currentAttributes(let file):
      guard let found = result.attributes else { return fail(index, .protocolViolation) }
      cacheAttributes(found, file, now)
      complete(index, .attributes(found))
    case .read(let file, _, _):
      guard let found = result.attributes else { return fail(index, .protocolViolation) }
      cacheAttributes(found, file, now)
      serveRead(index, now, found: found)
    case .write(let file, _, _):
      refresh(file, result.attributes, now)
      guard case .written(let count) = result.payload else {
        return fail(index, .protocolViolation)
      }
      handleWritten(index, count, now)
    case .setSize(let file, _), .synchronise(let file):
      refresh(file, result.attributes, now)
      complete(index, .done)
    case .rename, .remove, .makeDirectory, .removeDirectory:
      forget(operation)
      complete(index, .done)
    case .list:
      guard case .directory(let page) = result.payload, let here = operation.walk.here else {
        return fail(index, .protocolViolation)
      }
      appendPage(index, page, here, now)
    case .statistics:
      guard case .statistics(let statistics) = result.payload else {
        return fail(index, .protocolViolation)
      }
      complete(index, .statistics(statistics))
    }
  }

  private mutating func handleAttributesOrRights(
    _ index: Int, _ result: NFSResult, _ now: Instant
  ) {
    guard let operation = operations[index], let here = operation.walk.here else { return }
    if let found = result.attributes { cacheAttributes(found, here, now) }
    if operation.stage == .rights {
      guard case .access(let rights) = result.payload,
        case .open(_, let options) = operation.request
      else { return fail(index, .protocolViolation) }
      attributes.store(rights, here, until: now + settings.attributeTime)
      // The reply may omit attributes; then use the cached ones.
      guard let found = result.attributes ?? attributes.attributes(here, now: now) else {
        operations[index]?.stage = .attributes
        return issue(index, .getAttributes(here), now)
      }
      return open(index, here, found, options, rights)
    }
    guard let found = result.attributes else { return fail(index, .protocolViolation) }
    haveAttributes(index, here, found, now)
  }

  /// Handles the reply to CREATE. A server may omit the new file's handle; then the path is walked again.
  private mutating func handleCreated(
    _ index: Int, _ result: NFSResult, _ options: OpenOptions, _ now: Instant
  ) {
    guard let operation = operations[index], let directory = operation.walk.here else { return }
    names.remove(directory, operation.firstName)
    attributes.remove(directory)
    guard result.status == .ok else { return fail(index, result.status) }
    if case .handle(let handle?) = result.payload, let found = result.attributes {
      names.store(
        .file(handle), directory, operation.firstName, until: now + settings.attributeTime)
      cacheAttributes(found, handle, now)
      guard found.type == .regular else { return fail(index, .wrongType) }
      return complete(index, .opened(handle, found))
    }
    guard operation.restarts < 2 else { return fail(index, .protocolViolation) }
    operations[index]?.restarts += 1
    operations[index]?.stage = .root
    begin(index, now)
  }

  /// The status to report for a call that may have run twice. If the first copy of a repeated call did
  /// the work and its reply was lost, the error of the second copy counts as success.
  static func forgiving(
    _ status: NFSStatus, _ request: FileRequest, wasRepeated: Bool
  ) -> NFSStatus {
    guard wasRepeated else { return status }
    switch request {
    case .remove, .removeDirectory, .rename: return status == .noEntry ? .ok : status
    case .makeDirectory: return status == .exists ? .ok : status
    default: return status
    }
  }

  /// Drops cached names and attributes that a request has changed, or may have.
  private mutating func forget(_ operation: Operation) {
    switch operation.request {
    case .remove, .makeDirectory, .removeDirectory:
      guard let here = operation.walk.here else { return }
      names.remove(here, operation.firstName)
      attributes.remove(here)
    case .rename:
      // Any cached path may lead through the renamed name.
      names.removeAll()
      if let here = operation.walk.here { attributes.remove(here) }
      if let first = operation.firstDirectory { attributes.remove(first) }
    default: break
    }
  }

  /// Updates the caches after a change to a file: its data is dropped, its attributes replaced if known.
  private mutating func refresh(
    _ file: FileHandle, _ found: FileAttributes?, _ now: Instant
  ) {
    blocks.removeAll(of: file)
    if let found { cacheAttributes(found, file, now) } else { attributes.remove(file) }
  }

  /// Rebuilds the call that an operation waits for, to repeat it after NFS3ERR_JUKEBOX; nil if it must
  /// not or cannot be repeated.
  func repeatedCall(_ operation: Operation) -> NFSCall? {
    guard let here = operation.walk.here ?? session.root else { return nil }
    switch operation.stage {
    case .root, .blocks: return nil
    case .lookUp(let name, _): return .lookUp(directory: here, name: name)
    case .link: return .readLink(here)
    case .type, .attributes: return .getAttributes(here)
    case .rights: return .access(here, .all)
    case .revalidation:
      guard case .read(let file, _, _) = operation.request else { return nil }
      return .getAttributes(file)
    // Changes are never repeated here: the caller is told that the server is busy.
    case .final:
      switch operation.request {
      case .list:
        return .readDirectory(
          here, cookie: operation.cookie, verifier: operation.verifier, directoryCount: 8192,
          maximumCount: 32_768)
      case .attributesOfFile(let file), .currentAttributes(let file): return .getAttributes(file)
      default: return nil
      }
    }
  }
}
