// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// `fs_stat_t` (lions/fs/protocol.h): 17 little-endian words, 136 bytes.
public struct FileStat: Equatable, Sendable {
  public var device: UInt64 = 0
  public var fileNumber: UInt64 = 0
  /// Type and permissions, as POSIX has them.
  public var mode: UInt64 = 0
  public var linkCount: UInt64 = 0
  public var user: UInt64 = 0
  public var group: UInt64 = 0
  public var specialDevice: UInt64 = 0
  public var size: UInt64 = 0
  public var blockSize: UInt64 = 0
  /// Of 512 bytes.
  public var blocks: UInt64 = 0
  /// Seconds since 1970.
  public var accessed: UInt64 = 0
  public var modified: UInt64 = 0
  public var changed: UInt64 = 0
  public var accessedNanoseconds: UInt64 = 0
  public var modifiedNanoseconds: UInt64 = 0
  public var changedNanoseconds: UInt64 = 0
  /// Bytes of storage.
  public var used: UInt64 = 0

  public init() {}

  /// Nil unless there are 136 bytes.
  public init?(_ bytes: [UInt8]) { self.init(bytes.span) }

  /// Nil unless there are 136 bytes. Each is read once, so that they may be shared.
  public init?(_ span: Span<UInt8>) {
    guard span.count >= 136 else { return nil }
    let bytes = unsafe span.bytes
    // Safety: 17 words are inside, of any value and alignment; this processor is little-endian.
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

  public var isDirectory: Bool { mode & 0o170000 == 0o040000 }
  public var isRegular: Bool { mode & 0o170000 == 0o100000 }
}
