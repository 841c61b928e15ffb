// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import Zip

/// Fields of records by their numbers of bytes, as APPNOTE's tables list them: least significant byte first.
private func bytes(_ fields: [(Int, UInt64)]) -> [UInt8] {
  fields.flatMap { count, value in (0..<count).map { UInt8(value >> UInt64(8 * $0) & 0xff) } }
}

/// A whole archive, field by field against APPNOTE 6.3.10.
struct RecordTests {
  private let name = [UInt8]("é.txt".utf8)

  @Test func smallArchive() throws {
    let files = [
      File(name: "é.txt", contents: [], modified: ModificationTime(unixSeconds: 1_700_000_001))
    ]
    let made = try archive(
      files.map { file in
        var file = file
        file.byteLimit = 100
        return file
      })
    let date = UInt64((2023 - 1980) << 9 | 11 << 5 | 14)
    let time = UInt64(22 << 11 | 13 << 5 | 10)
    let timestamp: [(Int, UInt64)] = [(2, 0x5455), (2, 5), (1, 1), (4, 1_700_000_001)]
    // 4.3.7: signature, version needed, flags (bits 3 and 11), method, time, date, CRC-32, compressed size, size,
    // length of the name and of extra fields.
    let local =
      bytes([
        (4, 0x0403_4b50), (2, 20), (2, 0x0808), (2, 8), (2, time), (2, date), (4, 0), (4, 0),
        (4, 0), (2, 6), (2, 9),
      ]) + name + bytes(timestamp)
    // A last block with fixed codes and nothing in it.
    let data: [UInt8] = [0x03, 0x00]
    // 4.3.9: signature, CRC-32, compressed size, size.
    let descriptor = bytes([(4, 0x0807_4b50), (4, 0), (4, 2), (4, 0)])
    // 4.3.12: signature, version made by (Unix, 6.3), version needed, flags, method, time, date, CRC-32, compressed
    // size, size, lengths of name, extra fields and comment, disk, internal and external attributes, offset.
    let central =
      bytes([
        (4, 0x0201_4b50), (2, 0x033f), (2, 20), (2, 0x0808), (2, 8), (2, time), (2, date), (4, 0),
        (4, 2), (4, 0),
        (2, 6), (2, 9), (2, 0), (2, 0), (2, 0), (4, 0o100644 << 16), (4, 0),
      ]) + name + bytes(timestamp)
    // 4.3.16: signature, this disk, the directory's disk, entries on this disk, entries, size and offset of the
    // directory, length of the comment.
    let end = bytes([
      (4, 0x0605_4b50), (2, 0), (2, 0), (2, 1), (2, 1), (4, UInt64(central.count)),
      (4, UInt64(local.count + data.count + descriptor.count)), (2, 0),
    ])
    #expect(made == local + data + descriptor + central + end)
  }

  @Test func sizesOfZip64() {
    var entry = EntryHeader(modified: .first, hasLongDescriptor: true)
    var local: [UInt8] = []
    local.append(localHeaderOf: entry, name: name.span)
    // 4.5.3: both sizes, in front of which the header's own are all ones.
    #expect(
      local == bytes([
        (4, 0x0403_4b50), (2, 45), (2, 0x0808), (2, 8), (2, 0), (2, 33), (4, 0), (4, 0xffff_ffff),
        (4, 0xffff_ffff),
        (2, 6), (2, 20),
      ]) + name + bytes([(2, 1), (2, 16), (8, 0), (8, 0)]))
    entry.crc = 0x1234_5678
    entry.compressedByteCount = 5
    entry.byteCount = 1 << 32
    var descriptor: [UInt8] = []
    descriptor.append(descriptorOf: entry)
    #expect(descriptor == bytes([(4, 0x0807_4b50), (4, 0x1234_5678), (8, 5), (8, 1 << 32)]))
    #expect(
      entry.storedByteCount(nameByteCount: name.count) == UInt64(local.count + 5 + descriptor.count)
    )
  }

  /// Only what 32 bits do not hold is in the extra field, in the order of the fields.
  @Test(
    arguments: [0, 5, 0xffff_fffe, 0xffff_ffff, 1 << 40] as [UInt64],
    [0, 0xffff_ffff, 1 << 33] as [UInt64])
  func centralHeader(size: UInt64, offset: UInt64) {
    for compressed in [7, 0xffff_ffff, 1 << 35] as [UInt64] {
      let entry = EntryHeader(
        modified: .first, hasLongDescriptor: false, crc: 9, compressedByteCount: compressed,
        byteCount: size)
      var header: [UInt8] = []
      header.append(centralHeaderOf: entry, name: name.span, offset: offset)
      let long = [size, compressed, offset].filter { $0 >= 0xffff_ffff }
      let extra =
        long.isEmpty ? [] : bytes([(2, 1), (2, UInt64(8 * long.count))] + long.map { (8, $0) })
      #expect(
        header == bytes([
          (4, 0x0201_4b50), (2, 0x033f), (2, long.isEmpty ? 20 : 45), (2, 0x0808), (2, 8), (2, 0),
          (2, 33), (4, 9),
          (4, min(compressed, 0xffff_ffff)), (4, min(size, 0xffff_ffff)), (2, 6),
          (2, UInt64(extra.count)), (2, 0), (2, 0), (2, 0), (4, 0o100644 << 16),
          (4, min(offset, 0xffff_ffff)),
        ]) + name + extra)
    }
  }

  @Test(
    arguments: [
      (0, 0, 0, false), (65_534, 0xffff_fffe, 0xffff_fffe, false), (65_535, 1, 1, true),
      (1, 0xffff_ffff, 1, true), (1, 1, 0xffff_ffff, true), (70_000, 1 << 33, 5_000_000, true),
    ] as [(UInt64, UInt64, UInt64, Bool)])
  func endRecords(entries: UInt64, offset: UInt64, byteCount: UInt64, isZip64: Bool) {
    var end: [UInt8] = []
    end.append(endOf: entries, offset: offset, byteCount: byteCount)
    var expected: [UInt8] = []
    if isZip64 {
      // 4.3.14: signature, size of the rest, made by, needed, this disk, the directory's, entries on this disk,
      // entries, size, offset. 4.3.15: signature, disk, offset of the former, disks.
      expected = bytes([
        (4, 0x0606_4b50), (8, 44), (2, 0x033f), (2, 45), (4, 0), (4, 0), (8, entries), (8, entries),
        (8, byteCount), (8, offset),
        (4, 0x0706_4b50), (4, 0), (8, offset + byteCount), (4, 1),
      ])
    }
    expected += bytes([
      (4, 0x0605_4b50), (2, 0), (2, 0), (2, min(entries, 0xffff)), (2, min(entries, 0xffff)),
      (4, min(byteCount, 0xffff_ffff)), (4, min(offset, 0xffff_ffff)), (2, 0),
    ])
    #expect(end == expected)
  }
}
