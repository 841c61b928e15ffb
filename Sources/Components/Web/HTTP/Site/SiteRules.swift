// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What whoever runs a site may choose.
public struct SiteRules: Sendable {
  public var freshness: Freshness
  /// Whether files and folders are shown whose names begin with a dot. `/.well-known` always is
  /// (RFC 8615).
  public var showsDotFiles: Bool

  public init(freshness: Freshness = Freshness(), showsDotFiles: Bool = false) {
    self.freshness = freshness
    self.showsDotFiles = showsDotFiles
  }

  /// Whether nobody is to know of what is at `path`.
  func hides(_ path: [UInt8]) -> Bool {
    guard !showsDotFiles else { return false }
    let bytes = path.span
    var start = Self.isWellKnown(path) ? 2 : 0
    while let dot = bytes.first(0x2e, in: start..<bytes.count) {
      if dot > 0, bytes[dot - 1] == 0x2f { return true }
      start = dot + 1
    }
    return false
  }

  private static func isWellKnown(_ path: [UInt8]) -> Bool {
    let name: StaticString = "/.well-known"
    let count = name.utf8CodeUnitCount
    guard path.count >= count, name.equals(path.span.extracting(0..<count)) else { return false }
    return path.count == count || path[count] == 0x2f
  }
}
