// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// A request in progress.
///
/// A class, so that small changes do not copy it. Only its client refers to it, hence `@unchecked Sendable`: it moves
/// with the client.
final class Operation: @unchecked Sendable {
  /// What the operation waits for.
  enum Stage: Equatable, Sendable {
    /// A mount: the root of the export is unknown.
    case root
    /// LOOKUP of `name` in the directory `walk.here`.
    case lookUp(name: [UInt8], isLast: Bool)
    /// READLINK; `directory` holds the link.
    case link(directory: FileHandle)
    /// GETATTR for the type of `walk.here`, which is in `directory`.
    case type(directory: FileHandle, isLast: Bool)
    /// GETATTR of the file at the end of the path.
    case attributes
    /// ACCESS of that file.
    case rights
    /// The call that carries the request out.
    case final
    /// Blocks of the data cache.
    case blocks
    /// GETATTR of a file whose cached blocks may be outdated.
    case revalidation
  }

  let tag: UInt64
  let request: FileRequest
  var stage = Stage.root
  var walk = PathWalk([])
  /// The directory of the old name of a rename, once it is known.
  var firstDirectory: FileHandle?
  var firstName: [UInt8] = []
  /// A call that waits for room in the session, or until `retryAt`.
  var pending: NFSCall?
  var retryAt = Instant.start
  /// Whether to ignore the caches, because they led to a stale handle.
  var bypassesCaches = false
  /// How often the walk was restarted, or a block was read again because the file had changed.
  var restarts = 0
  var entries: [DirectoryEntry] = []
  var cookie: UInt64 = 0
  var verifier: UInt64 = 0
  var pages = 0
  var written = 0

  init(tag: UInt64, _ request: FileRequest) {
    self.tag = tag
    self.request = request
  }
}
