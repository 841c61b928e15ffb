// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// `fs_stat_t` (lions/fs/protocol.h): 17 little-endian words, 136 bytes.
public struct FileStat: Equatable, Sendable {
  /// File system that holds the file.
  public var device: UInt64 = 0
  /// Inode number.
  public var fileNumber: UInt64 = 0
  /// POSIX `st_mode`: type and permissions.
  public var mode: UInt64 = 0
  /// Number of hard links.
  public var linkCount: UInt64 = 0
  /// User ID of the owner.
  public var user: UInt64 = 0
  /// Group ID.
  public var group: UInt64 = 0
  /// Device number; of device files only.
  public var specialDevice: UInt64 = 0
  /// Bytes.
  public var size: UInt64 = 0
  /// Preferred size of reads and writes in bytes.
  public var blockSize: UInt64 = 0
  /// Storage in use, in units of 512 bytes.
  public var blocks: UInt64 = 0
  /// Last access, in seconds since 1970.
  public var accessed: UInt64 = 0
  /// Last change of the data, in seconds since 1970.
  public var modified: UInt64 = 0
  /// Last change of the data or the attributes, in seconds since 1970.
  public var changed: UInt64 = 0
  /// Nanosecond part of `accessed`.
  public var accessedNanoseconds: UInt64 = 0
  /// Nanosecond part of `modified`.
  public var modifiedNanoseconds: UInt64 = 0
  /// Nanosecond part of `changed`.
  public var changedNanoseconds: UInt64 = 0
  /// Storage in use, in bytes.
  public var used: UInt64 = 0

  /// All fields zero.
  public init() {}

  /// Decodes 136 bytes; nil if there are fewer.
  public init?(_ bytes: [UInt8]) { self.init(bytes.span) }

  /// Decodes 136 bytes; nil if there are fewer. Each byte is read once, so the memory may be shared.
  public init?(_ span: Span<UInt8>) {
    guard span.count >= 136 else { return nil }
    let bytes = unsafe span.bytes
    // Safety: the span holds 17 words; any bits are a valid UInt64, and the load may be unaligned.
    func word(_ index: Int) -> UInt64 {
      unsafe UInt64(
        littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }
    device = word(0)
    fileNumber = word(1)
    mode = word(2)
    linkCount = word(3)
    user = word(4)
    group = word(5)
    specialDevice = word(6)
    size = word(7)
    blockSize = word(8)
    blocks = word(9)
    accessed = word(10)
    modified = word(11)
    changed = word(12)
    accessedNanoseconds = word(13)
    modifiedNanoseconds = word(14)
    changedNanoseconds = word(15)
    used = word(16)
  }

  /// The 136 bytes of the protocol.
  public var bytes: [UInt8] {
    let words: InlineArray<17, UInt64> = [
      device, fileNumber, mode, linkCount, user, group, specialDevice, size, blockSize, blocks,
      accessed, modified, changed, accessedNanoseconds, modifiedNanoseconds, changedNanoseconds,
      used,
    ]
    var bytes: [UInt8] = []
    bytes.reserveCapacity(136)
    for index in 0..<17 { bytes.append(littleEndian: words[index]) }
    return bytes
  }

  /// Whether `mode` says that this is a directory.
  public var isDirectory: Bool { mode & 0o170000 == 0o040000 }
  /// Whether `mode` says that this is a regular file.
  public var isRegular: Bool { mode & 0o170000 == 0o100000 }
}
