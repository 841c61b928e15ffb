// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What an archive may hold in memory until it is finished.
public struct ZipLimits: Equatable, Sendable {
  /// Entries at most. Each takes up to 48 bytes to keep names unique, and so does each folder in names.
  public var entryCount: Int
  /// Bytes of memory for the records of the central directory. Each entry takes 31 bytes and its name.
  public var directoryByteCount: Int

  /// Limits; by default 4,096 entries with 256 KiB of records.
  public init(entryCount: Int = 4096, directoryByteCount: Int = 256 << 10) {
    self.entryCount = entryCount
    self.directoryByteCount = directoryByteCount
  }
}
