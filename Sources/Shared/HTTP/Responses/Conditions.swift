// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What a request's conditions make of it (RFC 9110 section 13.2.2).
public enum Conditions {
  public enum Verdict: Equatable, Sendable {
    case proceed
    /// 304.
    case notModified
    /// 412.
    case failed
  }

  /// - Parameter modified: seconds since 1970.
  public static func evaluate(
    _ head: RequestHead, tag: EntityTag, modified: Int64, now: Int64
  ) -> Verdict {
    if let field = head.value("if-match") {
      if !tag.isListed(in: field, weakly: false) { return .failed }
    } else if let date = date(head, "if-unmodified-since", now) {
      if modified > date { return .failed }
    }
    let isReading = head.method == .get || head.method == .head
    if let field = head.value("if-none-match") {
      if tag.isListed(in: field, weakly: true) { return isReading ? .notModified : .failed }
    } else if isReading, let date = date(head, "if-modified-since", now) {
      if modified <= date { return .notModified }
    }
    return .proceed
  }

  /// Whether a Range field is to be looked at: without If-Range, or where that names this version.
  /// A date does so only by being the same, as a range of another version would be joined to it.
  public static func allowsRange(
    _ head: RequestHead, tag: EntityTag, modified: Int64, now: Int64
  ) -> Bool {
    guard let field = head.value("if-range") else { return true }
    if field.first == 0x22 { return field.elementsEqual(tag.bytes) }
    return date(head, "if-range", now) == modified
  }

  private static func date(_ head: RequestHead, _ name: StaticString, _ now: Int64) -> Int64? {
    head.value(name).flatMap { HTTPDate.parse($0.span, now: now) }
  }
}
