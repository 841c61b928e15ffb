// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why an archive cannot go on. All but `entryTooLarge` leave the archive as it was: it can be finished.
public enum ZipError: Error, Equatable, Sendable {
  /// The archive has `ZipLimits.entryCount` entries.
  case tooManyEntries(limit: Int)
  /// The central directory would take more than `ZipLimits.directoryByteCount` bytes.
  case directoryTooLarge(limit: Int)
  /// No name near the one asked for is free. It takes names made for the purpose.
  case noFreeName
  /// The entry has more bytes than `begin` was told. What was written of the archive is of no use.
  case entryTooLarge(limit: UInt64)
  /// `begin` in an entry, `write` or `endEntry` outside of one, or anything but `finish` and `drain` after `finish`: an
  /// error of the calling program.
  case outOfOrder
}
