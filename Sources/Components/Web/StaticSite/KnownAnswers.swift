// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// The latest answers by path and codings, in a table with four entries for each hash. A new answer
/// replaces the one of its four that expires first.
///
/// Memory: `capacity` answers, each with a path of up to `pathLimit` bytes and a head of about 400.
struct KnownAnswers {
  private static var capacity: Int { 256 }
  private static var pathLimit: Int { 256 }
  private var answers = [KnownAnswer?](repeating: nil, count: capacity)

  /// The four entries that may hold the answer.
  private static func entries(_ path: Span<UInt8>, _ codings: UInt8) -> Range<Int> {
    // FNV-1a.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(codings)
    for index in path.indices { hash = (hash ^ UInt64(path[index])) &* 0x100_0000_01b3 }
    let first = Int((hash ^ hash >> 32) & UInt64(capacity / 4 - 1)) * 4
    return first..<first + 4
  }

  /// The answer for `path`, even if it has expired.
  @_optimize(speed)
  func find(_ path: [UInt8], _ codings: UInt8) -> KnownAnswer? {
    for index in Self.entries(path.span, codings) {
      if let answer = answers[index], answer.isFor(path, codings) { return answer }
    }
    return nil
  }

  /// Inserts an answer, and removes an older one for the same path. An answer with a longer path than
  /// `pathLimit` is not remembered.
  mutating func insert(_ answer: KnownAnswer) {
    guard answer.path.count <= Self.pathLimit else { return }
    var entry = 0
    var earliest = Instant.never
    let path = answer.path
    for index in Self.entries(path.span, answer.codings) {
      guard let other = answers[index] else {
        if earliest > .start { (entry, earliest) = (index, .start) }
        continue
      }
      if other.isFor(path, answer.codings) {
        (entry, earliest) = (index, .start)
        break
      }
      if other.until < earliest { (entry, earliest) = (index, other.until) }
    }
    // A request that is sending the old answer's content keeps it until it is done.
    answers[entry]?.isInTable = false
    answer.isInTable = true
    answers[entry] = answer
  }

  #if !hasFeature(Embedded)
    /// Nil, or what is wrong.
    func checkInvariants() -> String? {
      for (index, answer) in answers.enumerated() {
        guard let answer else { continue }
        let path = answer.path
        let entries = Self.entries(path.span, answer.codings)
        let same = entries.filter { answers[$0]?.isFor(path, answer.codings) == true }
        guard entries.contains(index), same == [index] else {
          return "entry \(index) of \(entries) holds the same path as \(same)"
        }
        guard answer.isInTable else { return "entry \(index) counts as removed" }
        guard answer.file == nil || answer.content == nil else {
          return "entry \(index) keeps a file open whose content it has"
        }
        if case .other = answer.outcome, answer.file != nil || answer.content != nil {
          return "entry \(index) has a file, but no file is its answer"
        }
        if let fault = answer.content?.checkInvariants() { return "entry \(index): \(fault)" }
      }
      return nil
    }
  #endif
}
