// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// How long others may keep a site's files without asking (RFC 9111 section 5.2.2): the field lines
/// that say it, made once.
public struct Freshness: Sendable {
  public enum Rule: Equatable, Sendable {
    /// Kept, and asked about before each use: what comes back is 304 as long as a file is the same.
    case revalidate
    /// For so many seconds.
    case seconds(UInt32)
    /// As LionsOS's server does: what changes with a site's every edition for ten minutes,
    /// everything else for a year.
    case lionsOS
    /// Not kept at all.
    case noStore
  }

  private let rule: Rule
  private let hashedSeconds: UInt32
  private let line: [UInt8]
  private let hashedLine: [UInt8]
  private let shortLine: [UInt8]

  /// - Parameter hashedSeconds: for names that carry a hash of their content, which another content
  ///   would change; 0 for the same as for others. LionsOS's rule and `noStore` have no exceptions.
  public init(_ rule: Rule = .revalidate, hashedSeconds: UInt32 = 31_536_000) {
    self.rule = rule
    let hasExceptions = rule != .lionsOS && rule != .noStore
    self.hashedSeconds = hasExceptions ? hashedSeconds : 0
    switch rule {
    case .revalidate, .seconds(0): line = Self.line("no-cache", nil, "")
    case .seconds(let seconds): line = Self.line("max-age=", seconds, "")
    case .lionsOS: line = Self.line("max-age=", 31_536_000, "")
    case .noStore: line = Self.line("no-store", nil, "")
    }
    hashedLine = Self.line("max-age=", hashedSeconds, ", immutable")
    shortLine = Self.line("max-age=", 600, "")
  }

  private static func line(_ start: StaticString, _ number: UInt32?, _ end: StaticString)
    -> [UInt8]
  {
    var line: [UInt8] = []
    line.append("Cache-Control: ")
    line.append(start)
    if let number { line.append(decimal: UInt64(number)) }
    line.append(end)
    line.append("\r\n")
    return line
  }

  /// The Cache-Control line of a file, with its end.
  ///
  /// - Parameter path: of the file before it was compressed.
  func line(path: [UInt8], type: StaticString) -> [UInt8] {
    if rule == .lionsOS {
      let isShort =
        type.equals(ContentType.html) || type.equals(ContentType.css)
        || type.equals(ContentType.javaScript)
      return isShort ? shortLine : line
    }
    // A page is what the other names stand in: it is asked for by the same name for ever, also where
    // that is a commit's.
    guard hashedSeconds > 0, !type.equals(ContentType.html), HashedName.isHashed(path) else {
      return line
    }
    return hashedLine
  }
}
