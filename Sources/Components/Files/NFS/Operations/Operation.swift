// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A request on its way. What it waits for is its stage.
///
/// A class, as it is looked at and changed in many small steps; its client alone has it. Sendable as
/// far as that is: it goes where its client goes.
final class Operation: @unchecked Sendable {
  enum Stage: Equatable, Sendable {
    /// For the root of the export.
    case root
    /// For a name in the directory that was reached.
    case lookUp(name: [UInt8], isLast: Bool)
    /// For a link's target; `directory` holds the link.
    case link(directory: FileHandle)
    /// For the type of what was reached; `directory` holds it.
    case type(directory: FileHandle, isLast: Bool)
    /// For the attributes of the file that the path leads to.
    case attributes
    /// For its rights.
    case rights
    /// For the call that the request is about.
    case final
    /// For blocks of the cache.
    case blocks
    /// For a new look at a file whose blocks are there.
    case revalidation
  }

  let tag: UInt64
  let request: FileRequest
  var stage = Stage.root
  var walk = PathWalk([])
  /// Of a rename: the directory of the old name, once it is known.
  var firstDirectory: FileHandle?
  var firstName: [UInt8] = []
  /// A call that has not been made yet, for want of room or until `retryAt`.
  var pending: NFSCall?
  var retryAt: UInt64 = 0
  /// Caches are passed over: what they said was wrong.
  var bypassesCaches = false
  /// Times that a walk was started again, or a block read again as the file had changed.
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
