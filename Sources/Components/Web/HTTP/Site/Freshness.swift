// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// How long caches may use a site's files without asking the server (RFC 9111 section 5.2.2), as
/// Cache-Control lines that are formatted once.
public struct Freshness: Sendable {
  /// What Cache-Control says.
  public enum Rule: Equatable, Sendable {
    /// `no-cache`: a cache keeps files but asks before each use. The answer is 304 while a file is
    /// unchanged.
    case revalidate
    /// `max-age` of this many seconds; 0 is the same as `revalidate`.
    case seconds(UInt32)
    /// As LionsOS's server: ten minutes for HTML, CSS and JavaScript, a year for everything else.
    case lionsOS
    /// `no-store`: a cache keeps nothing.
    case noStore
  }

  private let rule: Rule
  private let hashedSeconds: UInt32
  private let line: [UInt8]
  private let hashedLine: [UInt8]
  private let shortLine: [UInt8]

  /// A rule, with an exception for names that carry a hash of the file's content.
  ///
  /// - Parameter hashedSeconds: `max-age` for such names, as other content would have another name; 0
  ///   for no exception. `lionsOS` and `noStore` have no exceptions.
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

  /// A file's Cache-Control line, with its CR LF.
  ///
  /// - Parameters:
  ///   - path: the path of the uncompressed file.
  ///   - type: its media type.
  func line(path: [UInt8], type: StaticString) -> [UInt8] {
    if rule == .lionsOS {
      let isShort =
        type.equals(ContentType.html) || type.equals(ContentType.css)
        || type.equals(ContentType.javaScript)
      return isShort ? shortLine : line
    }
    // Pages refer to hashed names but keep their own, even if it looks like a hash, as a commit's does.
    guard hashedSeconds > 0, !type.equals(ContentType.html), HashedName.isHashed(path) else {
      return line
    }
    return hashedLine
  }
}
