// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

extension NFSClient {
  private static var parentName: [UInt8] { [0x2e, 0x2e] }

  /// Starts a request, or starts it again when the root is known.
  mutating func begin(_ index: Int, _ now: Instant) {
    guard let operation = operations[index] else { return }
    switch operation.request {
    case .mount, .statistics: break
    case .attributes(let path), .open(let path, _), .list(let path):
      operations[index]?.walk = PathWalk(path)
    case .remove(let path), .makeDirectory(let path), .removeDirectory(let path):
      operations[index]?.walk = PathWalk(path, stopsBeforeLast: true)
    case .rename(let from, let to):
      let path = operation.firstDirectory == nil ? from : to
      operations[index]?.walk = PathWalk(path, stopsBeforeLast: true)
    case .attributesOfFile, .currentAttributes, .read, .write, .setSize, .synchronise:
      return beginOnFile(index, now)
    }
    guard let root = session.root else {
      operations[index]?.stage = .root
      rootsWait = true
      return
    }
    switch operation.request {
    case .mount: return complete(index, .done)
    case .statistics:
      operations[index]?.stage = .final
      return issue(index, .fileSystemStatistics(root), now)
    default: break
    }
    guard let walk = operations[index]?.walk, walk.path.count <= PathWalk.pathLimit,
      !walk.path.contains(0)
    else { return fail(index, .invalidPath) }
    operations[index]?.walk.here = root
    walkOn(index, now)
  }

  /// Resolves names from the caches until a call is needed.
  mutating func walkOn(_ index: Int, _ now: Instant) {
    while let operation = operations[index] {
      guard let root = session.root, let here = operation.walk.here else {
        operations[index]?.stage = .root
        rootsWait = true
        return
      }
      guard let range = operation.walk.nextName() else { return arrive(index, here, now) }
      let isLast = operation.walk.isLast(range)
      if isLast, operation.walk.stopsBeforeLast { return arrive(index, here, now) }
      let name = operation.walk.name(range)
      guard name.count <= 255 else { return fail(index, .nameTooLong) }
      let goesUp = name == Self.parentName
      guard operation.walk.pass(range, goesUp: goesUp) else { return fail(index, .noEntry) }
      // The root is its own parent.
      if goesUp, here == root { continue }
      switch operation.bypassesCaches ? nil : names.meaning(here, name, now: now) {
      case .file(let handle):
        guard reach(index, handle, directory: here, isLast: isLast, now) else { return }
      case .nothing: return missing(index, here, name, isLast: isLast, now)
      case nil:
        operations[index]?.stage = .lookUp(name: name, isLast: isLast)
        return issue(index, .lookUp(directory: here, name: name), now)
      }
    }
  }

  /// Moves the walk to the file of a name.
  ///
  /// - Returns: whether the walk can continue without a call.
  private mutating func reach(
    _ index: Int, _ handle: FileHandle, directory: FileHandle, isLast: Bool, _ now: Instant
  ) -> Bool {
    operations[index]?.walk.here = handle
    guard let found = attributes.attributes(handle, now: now) else {
      operations[index]?.stage = .type(directory: directory, isLast: isLast)
      issue(index, .getAttributes(handle), now)
      return false
    }
    return pass(index, found.type, handle, directory: directory, isLast: isLast, now)
  }

  /// Checks the type of the file that was reached.
  ///
  /// - Returns: whether the walk can continue without a call.
  private mutating func pass(
    _ index: Int, _ type: FileType, _ handle: FileHandle, directory: FileHandle, isLast: Bool,
    _ now: Instant
  ) -> Bool {
    guard let walk = operations[index]?.walk else { return false }
    if type == .symbolicLink, !isLast || !walk.keepsLastLink {
      operations[index]?.stage = .link(directory: directory)
      issue(index, .readLink(handle), now)
      return false
    }
    if type != .directory, !isLast || walk.demandsDirectory {
      fail(index, .notDirectory)
      return false
    }
    return true
  }

  /// The name does not exist: creates the file if the request says so.
  private mutating func missing(
    _ index: Int, _ directory: FileHandle, _ name: [UInt8], isLast: Bool, _ now: Instant
  ) {
    if isLast, case .open(_, let options) = operations[index]?.request, options.contains(.create),
      operations[index]?.walk.demandsDirectory == false
    {
      operations[index]?.stage = .final
      operations[index]?.walk.here = directory
      operations[index]?.firstName = name
      return issue(index, .create(directory: directory, name: name, mode: 0o644), now)
    }
    fail(index, .noEntry)
  }

  // MARK: Answers on the way

  mutating func proceed(
    _ index: Int, _ result: NFSResult, wasRepeated: Bool, _ now: Instant
  ) {
    guard let operation = operations[index] else { return }
    if result.status == .stale || result.status == .badHandle {
      return restart(index, now)
    }
    switch operation.stage {
    case .root, .blocks: break
    case .lookUp(let name, let isLast):
      handleLookUp(index, result, name: name, isLast: isLast, now)
    case .type(let directory, let isLast):
      guard let here = operation.walk.here, let found = result.attributes else {
        return fail(index, result.status)
      }
      cacheAttributes(found, here, now)
      if pass(index, found.type, here, directory: directory, isLast: isLast, now) {
        walkOn(index, now)
      }
    case .link(let directory):
      guard result.status == .ok, case .link(let target) = result.payload, let root = session.root
      else { return fail(index, result.status) }
      guard !target.contains(0),
        let step = operations[index]?.walk.follow(
          target, root: root, from: directory, limit: settings.linkLimit, inside: confinement)
      else { return fail(index, .tooManyLinks) }
      switch step {
      case .inside: walkOn(index, now)
      case .outside: fail(index, .noEntry)
      case .tooLong: fail(index, .tooManyLinks)
      }
    case .attributes, .rights, .final, .revalidation:
      finish(index, result, wasRepeated: wasRepeated, now)
    }
  }

  private mutating func handleLookUp(
    _ index: Int, _ result: NFSResult, name: [UInt8], isLast: Bool, _ now: Instant
  ) {
    guard let here = operations[index]?.walk.here else { return }
    if let directory = result.directoryAttributes { cacheAttributes(directory, here, now) }
    if result.status == .noEntry {
      names.store(.nothing, here, name, until: now + settings.absenceTime)
      return missing(index, here, name, isLast: isLast, now)
    }
    guard result.status == .ok, case .handle(let handle?) = result.payload else {
      return fail(index, result.status)
    }
    names.store(.file(handle), here, name, until: now + settings.attributeTime)
    if let found = result.attributes { cacheAttributes(found, handle, now) }
    if reach(index, handle, directory: here, isLast: isLast, now) { walkOn(index, now) }
  }

  /// A handle has become stale. Walks the path again without the caches, and mounts again if it was the root.
  private mutating func restart(_ index: Int, _ now: Instant) {
    guard let operation = operations[index] else { return }
    if let here = operation.walk.here { attributes.remove(here) }
    switch operation.request {
    case .attributesOfFile(let file), .currentAttributes(let file), .read(let file, _, _),
      .write(let file, _, _), .setSize(let file, _), .synchronise(let file):
      attributes.remove(file)
      blocks.removeAll(of: file)
      return fail(index, .stale)
    default: break
    }
    guard operation.restarts < 2 else { return fail(index, .stale) }
    let wasRoot = operation.walk.here == nil || operation.walk.here == session.root
    operations[index]?.restarts += 1
    operations[index]?.bypassesCaches = true
    operations[index]?.firstDirectory = nil
    operations[index]?.entries = []
    operations[index]?.cookie = 0
    operations[index]?.stage = .root
    rootsWait = true
    if wasRoot, session.isReady { session.remount(now: now) }
    if session.root != nil { begin(index, now) }
  }

  /// Caches a file's attributes. Blocks of another version are detected when they are read.
  mutating func cacheAttributes(_ found: FileAttributes, _ handle: FileHandle, _ now: Instant) {
    // Replies may overtake each other; ignore older attributes.
    if let known = attributes.attributes(handle, now: now), found.changed < known.changed { return }
    attributes.store(found, handle, until: now + settings.attributeTime)
  }
}
