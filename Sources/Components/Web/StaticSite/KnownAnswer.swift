// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import FileSystem
import HTTP
import Rings

/// A file that is open on the server, closed when nobody needs it any more.
final class OpenFile {
  let descriptor: UInt64
  /// What it was opened by; empty where the descriptor is enough to look at it.
  let path: [UInt8]
  private let files: FileAccess
  // Counted among those that are kept between requests.
  private var isKept = false

  init(_ files: FileAccess, _ descriptor: UInt64, path: [UInt8]) {
    self.files = files
    self.descriptor = descriptor
    self.path = files.isServal ? [] : path
  }

  func keep() {
    guard !isKept else { return }
    isKept = true
    files.keepFile()
  }

  deinit {
    if isKept { files.letGoFile() }
    files.close(descriptor)
  }
}

/// A whole small file in buffers of the share, all of them full but the last.
final class Content {
  private let files: FileAccess
  private let buffers: [ShareBuffer]
  private let size: UInt64

  /// Buffers of a file at most.
  static var limit: UInt64 { 8 }

  init(_ files: FileAccess, _ buffers: [ShareBuffer], size: UInt64) {
    self.files = files
    self.buffers = buffers
    self.size = size
  }

  deinit { for buffer in buffers { files.letGo(buffer) } }

  /// Shows bytes from `offset` on, up to `end` and to the end of a buffer. Nil where there are none.
  func show(_ offset: UInt64, upTo end: UInt64, _ take: (Span<UInt8>) -> Int) -> Int? {
    let length = files.bufferByteCount
    let index = Int(clamping: offset / length)
    guard offset < min(end, size), index < buffers.count else { return nil }
    let start = offset % length
    let count = min(length - start, min(end, size) - offset)
    return files.share.withBytes(offset: buffers[index].offset + start, count: count, take)
  }
}

/// What a request of a path, with the codings that its client takes, comes to.
final class KnownAnswer {
  enum Outcome {
    /// A file, and the head to those who want the whole without conditions.
    case file(SiteLookup.Resolution, ResponseHead)
    /// No such file, or a redirection.
    case other(ResponseHead, [UInt8])
  }

  let path: [UInt8]
  let codings: UInt8
  let outcome: Outcome
  /// Nanoseconds: believed until then.
  var until: UInt64
  /// In the table, and so worth keeping things for.
  var isKept = false
  var file: OpenFile?
  var content: Content?

  init(_ path: [UInt8], _ codings: UInt8, _ outcome: Outcome, until: UInt64) {
    self.path = path
    self.codings = codings
    self.outcome = outcome
    self.until = until
  }

  func isFor(_ path: [UInt8], _ codings: UInt8) -> Bool {
    let own = self.path
    return self.codings == codings && own.span.equals(path.span)
  }

  /// Keeps an open file that is what this answer says, if one more may be kept.
  func keep(_ open: OpenFile, _ files: FileAccess) {
    guard isKept, file !== open, content == nil, files.mayKeepFile else { return }
    open.keep()
    file = open
  }

  /// What is kept is of no use.
  func drop() {
    until = 0
    file = nil
    content = nil
  }

  /// Whether `other`, found out later, is the same file in the same state.
  func isSame(as other: SiteLookup.Resolution) -> Bool {
    if case .file(let resolution, _) = outcome { resolution == other } else { false }
  }

  /// Of the file, in bytes.
  var size: UInt64 {
    if case .file(let resolution, _) = outcome { resolution.file.size } else { 0 }
  }

  /// The head and the pieces of an answer to `request`; nil where there is no file.
  func plan(for request: RequestHead, now: Int64) -> FilePlan? {
    guard case .file(let resolution, let head) = outcome else { return nil }
    guard request.hasConditions else {
      return FilePlan(head: head, whole: resolution.file.size)
    }
    return resolution.plan(for: request, now: now)
  }
}

/// Answers of a short time ago, by path and codings: a fixed number of places, four for each hash;
/// the one that ends first makes way.
///
/// Memory: `places` answers with paths of `pathLimit` bytes and about 400 bytes of head.
struct KnownAnswers {
  private static var places: Int { 256 }
  private static var pathLimit: Int { 256 }
  private var answers = [KnownAnswer?](repeating: nil, count: places)

  private static func set(_ path: Span<UInt8>, _ codings: UInt8) -> Range<Int> {
    // FNV-1a.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(codings)
    for index in path.indices { hash = (hash ^ UInt64(path[index])) &* 0x100_0000_01b3 }
    let first = Int((hash ^ hash >> 32) & UInt64(places / 4 - 1)) * 4
    return first..<first + 4
  }

  /// The answer to `path`, however old.
  func find(_ path: [UInt8], _ codings: UInt8) -> KnownAnswer? {
    for index in Self.set(path.span, codings) {
      if let answer = answers[index], answer.isFor(path, codings) { return answer }
    }
    return nil
  }

  mutating func insert(_ answer: KnownAnswer) {
    guard answer.path.count <= Self.pathLimit else { return }
    var place = 0
    var earliest = UInt64.max
    let path = answer.path
    for index in Self.set(path.span, answer.codings) {
      guard let other = answers[index] else {
        if earliest > 0 { (place, earliest) = (index, 0) }
        continue
      }
      if other.isFor(path, answer.codings) {
        (place, earliest) = (index, 0)
        break
      }
      if other.until < earliest { (place, earliest) = (index, other.until) }
    }
    // Whoever is sending what it held goes on with that.
    answers[place]?.isKept = false
    answer.isKept = true
    answers[place] = answer
  }
}
