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

  /// - Parameters:
  ///   - modified: seconds since 1970.
  ///   - now: the same, or 0 where that is not known: then it is no earlier than `modified`.
  public static func evaluate(
    _ head: RequestHead, tag: EntityTag, modified: Int64, now: Int64
  ) -> Verdict {
    let now = now > 0 ? now : modified
    if let isListed = tag.isListed(in: head, "if-match", weakly: false) {
      if !isListed { return .failed }
    } else if let date = date(head, "if-unmodified-since", now) {
      if modified > date { return .failed }
    }
    let isReading = head.method == .get || head.method == .head
    if let isListed = tag.isListed(in: head, "if-none-match", weakly: true) {
      if isListed { return isReading ? .notModified : .failed }
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
    guard head.count("if-range") == 1 else { return false }
    if field.first == 0x22 { return field.span.equals(tag.bytes.span) }
    return date(head, "if-range", now > 0 ? now : modified) == modified
  }

  /// Nil for none, for what is no date, and for several, which mean nothing (RFC 9110 section 13.1.3).
  private static func date(_ head: RequestHead, _ name: StaticString, _ now: Int64) -> Int64? {
    guard let field = head.value(name), head.count(name) == 1 else { return nil }
    return HTTPDate.parse(field.span, now: now)
  }
}
