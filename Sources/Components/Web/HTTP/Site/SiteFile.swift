// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// One version of a site's file.
public struct SiteFile: Equatable, Sendable {
  /// What tells versions of a file apart.
  public enum Version: Equatable, Sendable {
    /// The attributes that a file system keeps: when the file was modified, in seconds since 1970 with
    /// nanoseconds; and a number for versions of equal size and time, or 0 if nothing tells them apart.
    case attributes(modified: UInt64, nanoseconds: UInt64, revision: UInt64)
    /// A hash of the file's bytes. Such a file has no date.
    case hash(ContentHash)

    /// When the file was modified, in seconds since 1970; nil if that is unknown.
    var modified: Int64? {
      if case .attributes(let modified, _, _) = self { Int64(clamping: modified) } else { nil }
    }
  }

  /// The path from the site's root, beginning with a slash.
  public var path: [UInt8]
  /// In bytes.
  public var size: UInt64
  /// Tells this version from others.
  public var version: Version

  /// A version of a file.
  public init(path: [UInt8], size: UInt64, version: Version) {
    self.path = path
    self.size = size
    self.version = version
  }

  /// A version by its attributes, see `Version.attributes`.
  public init(
    path: [UInt8], size: UInt64, modified: UInt64, modifiedNanoseconds: UInt64, revision: UInt64 = 0
  ) {
    self.init(
      path: path, size: size,
      version: .attributes(
        modified: modified, nanoseconds: modifiedNanoseconds, revision: revision))
  }
}

/// 128 bits of a hash of a file's bytes.
public struct ContentHash: Equatable, Sendable {
  /// The first 64 bits.
  public let high: UInt64
  /// The next 64 bits.
  public let low: UInt64

  /// A hash by its bits.
  public init(_ high: UInt64, _ low: UInt64) {
    self.high = high
    self.low = low
  }
}
