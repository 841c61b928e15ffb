// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

// Records of an archive (APPNOTE 6.3.10 section 4.3). Numbers are least significant byte first.

/// What a 32-bit field says when a 64-bit one holds the value.
let fieldOverflow: UInt64 = 0xffff_ffff
/// The same for 16 bits.
let countOverflow: UInt64 = 0xffff

/// What the headers say of an entry.
struct EntryHeader: Equatable, Sendable {
  var modified: ModificationTime
  /// Whether the local header announces 64-bit sizes in the data descriptor.
  var hasLongDescriptor: Bool
  var crc: UInt32 = 0
  /// Bytes of compressed data.
  var compressedByteCount: UInt64 = 0
  /// Bytes of data.
  var byteCount: UInt64 = 0

  /// Bytes of the timestamp's extra field.
  private var timestampByteCount: Int { modified.unixSeconds == nil ? 0 : 9 }

  /// Bytes of the entry in the archive, from local header to data descriptor.
  func storedByteCount(nameByteCount: Int) -> UInt64 {
    let header = 30 + nameByteCount + timestampByteCount + (hasLongDescriptor ? 20 : 0)
    return UInt64(header) + compressedByteCount + (hasLongDescriptor ? 24 : 16)
  }
}

extension Array where Element == UInt8 {
  /// Bytes of a local or central header at most.
  static var headerByteLimit: Int { 46 + EntryName.numberedByteLimit + 28 + 9 }

  // MARK: An entry (sections 4.3.7 and 4.3.9)

  /// Appends the local header. Checksum and sizes are in the data descriptor. They are zero here, or all ones in front
  /// of an extra field of zeroes, from which readers know that the descriptor has 64-bit sizes (section 4.5.3,
  /// docs/adr/0013).
  mutating func append(localHeaderOf entry: EntryHeader, name: Span<UInt8>) {
    append(littleEndian32: 0x0403_4b50)
    append(sharedFieldsOf: entry, versionNeeded: entry.hasLongDescriptor ? 45 : 20)
    append(littleEndian32: 0)
    let size: UInt32 = entry.hasLongDescriptor ? .max : 0
    append(littleEndian32: size)
    append(littleEndian32: size)
    append(littleEndian16: UInt16(truncatingIfNeeded: name.count))
    let extra = (entry.hasLongDescriptor ? 20 : 0) + (entry.modified.unixSeconds == nil ? 0 : 9)
    append(littleEndian16: UInt16(extra))
    append(copying: name)
    if entry.hasLongDescriptor {
      append(littleEndian16: 1)
      append(littleEndian16: 16)
      append(littleEndian: 0 as UInt64)
      append(littleEndian: 0 as UInt64)
    }
    append(timestampOf: entry)
  }

  /// Appends the data descriptor, with its signature.
  mutating func append(descriptorOf entry: EntryHeader) {
    append(littleEndian32: 0x0807_4b50)
    append(littleEndian32: entry.crc)
    if entry.hasLongDescriptor {
      append(littleEndian: entry.compressedByteCount)
      append(littleEndian: entry.byteCount)
    } else {
      append(littleEndian32: UInt32(truncatingIfNeeded: entry.compressedByteCount))
      append(littleEndian32: UInt32(truncatingIfNeeded: entry.byteCount))
    }
  }

  // MARK: The central directory (sections 4.3.12 to 4.3.16)

  /// Appends the entry's header in the central directory. A size or offset that 32 bits do not hold is in an extra
  /// field.
  mutating func append(centralHeaderOf entry: EntryHeader, name: Span<UInt8>, offset: UInt64) {
    let long = [entry.byteCount, entry.compressedByteCount, offset].filter { $0 >= fieldOverflow }
    let needsVersion45 = entry.hasLongDescriptor || !long.isEmpty
    append(littleEndian32: 0x0201_4b50)
    // Made by version 6.3 under Unix, so that the attributes are file modes.
    append(littleEndian16: 3 << 8 | 63)
    append(sharedFieldsOf: entry, versionNeeded: needsVersion45 ? 45 : 20)
    append(littleEndian32: entry.crc)
    append(littleEndian32: UInt32(Swift.min(entry.compressedByteCount, fieldOverflow)))
    append(littleEndian32: UInt32(Swift.min(entry.byteCount, fieldOverflow)))
    append(littleEndian16: UInt16(truncatingIfNeeded: name.count))
    let longByteCount = long.isEmpty ? 0 : 4 + 8 * long.count
    append(
      littleEndian16: UInt16(longByteCount + (entry.modified.unixSeconds == nil ? 0 : 9)))
    // No comment, the first disk, no internal attributes.
    append(zeroes: 6)
    // A regular file, rw-r--r--.
    append(littleEndian32: 0o100644 << 16)
    append(littleEndian32: UInt32(Swift.min(offset, fieldOverflow)))
    append(copying: name)
    if !long.isEmpty {
      append(littleEndian16: 1)
      append(littleEndian16: UInt16(8 * long.count))
      for value in long { append(littleEndian: value) }
    }
    append(timestampOf: entry)
  }

  /// Appends the records at the archive's end. Those of zip64 come before the other one where a number needs them.
  ///
  /// - Parameters:
  ///   - offset: where the central directory begins.
  ///   - byteCount: bytes of the central directory.
  mutating func append(endOf entryCount: UInt64, offset: UInt64, byteCount: UInt64) {
    if entryCount >= countOverflow || offset >= fieldOverflow || byteCount >= fieldOverflow {
      append(littleEndian32: 0x0606_4b50)
      // The size of the rest of this record, then made by and version needed.
      append(littleEndian: 44 as UInt64)
      append(littleEndian16: 3 << 8 | 63)
      append(littleEndian16: 45)
      append(zeroes: 8)
      append(littleEndian: entryCount)
      append(littleEndian: entryCount)
      append(littleEndian: byteCount)
      append(littleEndian: offset)
      // The locator: the disk and place of the record above, and the number of disks.
      append(littleEndian32: 0x0706_4b50)
      append(littleEndian32: 0)
      append(littleEndian: offset + byteCount)
      append(littleEndian32: 1)
    }
    append(littleEndian32: 0x0605_4b50)
    append(zeroes: 4)
    append(littleEndian16: UInt16(Swift.min(entryCount, countOverflow)))
    append(littleEndian16: UInt16(Swift.min(entryCount, countOverflow)))
    append(littleEndian32: UInt32(Swift.min(byteCount, fieldOverflow)))
    append(littleEndian32: UInt32(Swift.min(offset, fieldOverflow)))
    append(littleEndian16: 0)
  }

  // MARK: Fields

  /// Version needed, flags, method, and the time. The flags say that a data descriptor follows (bit 3), and that the
  /// name is UTF-8 (bit 11). The method is deflate.
  private mutating func append(sharedFieldsOf entry: EntryHeader, versionNeeded: UInt16) {
    append(littleEndian16: versionNeeded)
    append(littleEndian16: 1 << 3 | 1 << 11)
    append(littleEndian16: 8)
    append(littleEndian32: entry.modified.dos)
  }

  /// The extended timestamp, with the time of the last change alone.
  private mutating func append(timestampOf entry: EntryHeader) {
    guard let seconds = entry.modified.unixSeconds else { return }
    append(littleEndian16: 0x5455)
    append(littleEndian16: 5)
    append(1)
    append(littleEndian32: seconds)
  }

  mutating func append(littleEndian16 number: UInt16) {
    append(UInt8(truncatingIfNeeded: number))
    append(UInt8(truncatingIfNeeded: number >> 8))
  }

  mutating func append(littleEndian32 number: UInt32) {
    append(littleEndian16: UInt16(truncatingIfNeeded: number))
    append(littleEndian16: UInt16(truncatingIfNeeded: number >> 16))
  }
}
