// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// What a site's operator may choose.
public struct SiteRules: Sendable {
  /// How long caches may keep files.
  public var freshness: Freshness
  /// Whether files and folders whose names begin with a dot are served. `/.well-known` always is (RFC
  /// 8615).
  public var showsDotFiles: Bool

  /// The defaults revalidate, and hide names with a leading dot.
  public init(freshness: Freshness = Freshness(), showsDotFiles: Bool = false) {
    self.freshness = freshness
    self.showsDotFiles = showsDotFiles
  }

  /// Whether `path` is answered as if it did not exist.
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
