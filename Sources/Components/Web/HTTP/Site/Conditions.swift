// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Conditional requests (RFC 9110 section 13).
public enum Conditions {
  /// What a request's conditions require.
  public enum Verdict: Equatable, Sendable {
    /// They hold, or there are none.
    case proceed
    /// Answer 304.
    case notModified
    /// Answer 412.
    case failed
  }

  /// Evaluates the conditions in the order of RFC 9110 section 13.2.2.
  ///
  /// - Parameters:
  ///   - modified: when the file was modified, in seconds since 1970; nil if that is unknown, so that
  ///     conditions on it do not count (RFC 9110 sections 13.1.3 and 13.1.4).
  ///   - now: the time in seconds since 1970, or 0 if it is unknown; then `modified` is used.
  public static func evaluate(
    _ head: RequestHead, tag: EntityTag, modified: Int64?, now: Int64
  ) -> Verdict {
    let now = now > 0 ? now : modified ?? 0
    if let isListed = tag.isListed(in: head, "if-match", weakly: false) {
      if !isListed { return .failed }
    } else if let modified, let date = date(head, "if-unmodified-since", now) {
      if modified > date { return .failed }
    }
    let isReading = head.method == .get || head.method == .head
    if let isListed = tag.isListed(in: head, "if-none-match", weakly: true) {
      if isListed { return isReading ? .notModified : .failed }
    } else if isReading, let modified, let date = date(head, "if-modified-since", now) {
      if modified <= date { return .notModified }
    }
    return .proceed
  }

  /// Whether the Range field counts: there is no If-Range, or it names this version. A date has to be
  /// equal, as the client would join the range to another version otherwise.
  public static func allowsRange(
    _ head: RequestHead, tag: EntityTag, modified: Int64?, now: Int64
  ) -> Bool {
    guard let field = head.value("if-range") else { return true }
    guard head.count("if-range") == 1 else { return false }
    if field.first == 0x22 { return field.span.equals(tag.bytes.span) }
    guard let modified else { return false }
    return date(head, "if-range", now > 0 ? now : modified) == modified
  }

  /// A field's date; nil if there is no such field, if it is not a date, and if there are several,
  /// which are ignored (RFC 9110 section 13.1.3).
  private static func date(_ head: RequestHead, _ name: StaticString, _ now: Int64) -> Int64? {
    guard let field = head.value(name), head.count(name) == 1 else { return nil }
    return HTTPDate.parse(field.span, now: now)
  }
}
