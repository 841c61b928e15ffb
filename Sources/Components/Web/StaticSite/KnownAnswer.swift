// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Time

/// What a path stands for, for clients that accept the same codings, as found out a short time ago.
final class KnownAnswer {
  /// What was found.
  enum Outcome {
    /// A file, and the head of the response to a request without conditions and ranges.
    case file(SiteLookup.Resolution, ResponseHead)
    /// A 404 or a redirection, with its body.
    case other(ResponseHead, [UInt8])
  }

  let path: [UInt8]
  /// `AcceptedCodings.key`.
  let codings: UInt8
  let outcome: Outcome
  /// For a file, the head of the response to a request without conditions and ranges.
  private let wholeHead: ResponseHead?
  /// The file's size in bytes; 0 if there is none.
  let size: UInt64
  /// The answer is used without asking the server until then.
  var until: Instant
  /// Whether it is in the table, so that a file or its content is worth keeping.
  var isInTable = false
  /// The file, if it is kept open.
  var file: OpenFile?
  /// The file's content, if it is kept in the share. Then the file is not kept open.
  var content: FileContent?

  init(_ path: [UInt8], _ codings: UInt8, _ outcome: Outcome, until: Instant) {
    self.path = path
    self.codings = codings
    self.outcome = outcome
    if case .file(let resolution, let head) = outcome {
      (wholeHead, size) = (head, resolution.file.size)
    } else {
      (wholeHead, size) = (nil, 0)
    }
    self.until = until
  }

  /// Whether it answers requests for `path` with `codings`.
  func isFor(_ path: [UInt8], _ codings: UInt8) -> Bool {
    let own = self.path
    return self.codings == codings && own.span.equals(path.span)
  }

  /// Keeps the file open for the next request, unless too many are kept.
  func keep(_ open: OpenFile, _ files: FileAccess) {
    guard isInTable, file !== open, content == nil, files.mayKeepFile else { return }
    open.keep()
    file = open
  }

  /// Ends the answer's time, and releases the file and its content: they are outdated.
  func invalidate() {
    until = .start
    file = nil
    content = nil
  }

  /// Whether `other`, which was found later, is the same version of the same file.
  func isSame(as other: SiteLookup.Resolution) -> Bool {
    if case .file(let resolution, _) = outcome { resolution == other } else { false }
  }

  /// The response to a request for the whole file, if its content is kept.
  var whole: Response? {
    guard let content, let wholeHead else { return nil }
    return Response(wholeHead, body: .stored(content, upTo: size))
  }

  /// The response to `request`; nil if there is no file.
  ///
  /// - Parameter now: seconds since 1970, or 0 if that is unknown.
  func plan(for request: RequestHead, now: Int64) -> FilePlan? {
    guard case .file(let resolution, let head) = outcome else { return nil }
    guard request.hasConditions else {
      return FilePlan(head: head, whole: resolution.file.size)
    }
    return resolution.plan(for: request, now: now)
  }
}
