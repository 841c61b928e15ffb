// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// The central directory while the archive is written: for each entry 31 bytes and its name. Where an entry begins
/// follows from the sizes of those before it.
///
/// Its memory grows by pieces, and each is given back as soon as it was read.
struct CentralDirectory: Sendable {
  /// Bytes that an entry takes besides its name.
  static var recordByteCount: Int { 31 }
  private static var pieceByteCount: Int { 4096 }

  // A record lies in one piece.
  private var pieces: [[UInt8]] = []
  private(set) var entryCount = 0
  /// Bytes of memory that its pieces have.
  private(set) var memory = 0

  // What was read.
  private var piece = 0
  private var position = 0
  private var offset: UInt64 = 0

  /// The memory that it has when an entry is added, in bytes.
  func memory(addingNameOf nameByteCount: Int) -> Int {
    memory + newPieceByteCount(Self.recordByteCount + nameByteCount)
  }

  mutating func append(_ entry: EntryHeader, name: Span<UInt8>) {
    let byteCount = newPieceByteCount(Self.recordByteCount + name.count)
    if byteCount > 0 {
      var new: [UInt8] = []
      new.reserveCapacity(byteCount)
      pieces.append(new)
      memory += byteCount
    }
    let last = pieces.count - 1
    pieces[last].append(littleEndian: entry.compressedByteCount)
    pieces[last].append(littleEndian: entry.byteCount)
    pieces[last].append(littleEndian32: entry.crc)
    pieces[last].append(littleEndian32: entry.modified.dos)
    pieces[last].append(littleEndian32: entry.modified.unixSeconds ?? 0)
    pieces[last].append(littleEndian16: UInt16(truncatingIfNeeded: name.count))
    pieces[last].append(entry.hasLongDescriptor ? 1 : 0)
    pieces[last].append(copying: name)
    entryCount += 1
  }

  /// Appends the header of the next entry to `output`, which has room for it. Returns false if there are no more.
  mutating func appendNext(to output: inout ZipOutput) -> Bool {
    if piece < pieces.count, position == pieces[piece].count {
      pieces[piece] = []
      piece += 1
      position = 0
    }
    guard piece < pieces.count else { return false }
    let bytes = pieces[piece]
    let record = bytes.span
    let nameStart = position + Self.recordByteCount
    let nameByteCount = Int(record.littleEndian(position + 28, 2))
    let seconds = UInt32(record.littleEndian(position + 24, 4))
    let entry = EntryHeader(
      modified: ModificationTime(
        dos: UInt32(record.littleEndian(position + 20, 4)),
        unixSeconds: seconds == 0 ? nil : seconds),
      hasLongDescriptor: record[position + 30] != 0,
      crc: UInt32(record.littleEndian(position + 16, 4)),
      compressedByteCount: record.littleEndian(position, 8),
      byteCount: record.littleEndian(position + 8, 8))
    let name = record.extracting(nameStart..<nameStart + nameByteCount)
    output.bytes.append(centralHeaderOf: entry, name: name, offset: offset)
    offset += entry.storedByteCount(nameByteCount: nameByteCount)
    position = nameStart + nameByteCount
    return true
  }

  /// 0 if the last piece has room. The first pieces are small, as most archives are.
  private func newPieceByteCount(_ added: Int) -> Int {
    if let last = pieces.last, last.capacity - last.count >= added { return 0 }
    return max(min(256 << min(pieces.count, 4), Self.pieceByteCount), added)
  }
}

extension Span where Element == UInt8 {
  fileprivate func littleEndian(_ index: Int, _ byteCount: Int) -> UInt64 {
    var number: UInt64 = 0
    for place in 0..<byteCount { number |= UInt64(self[index + place]) << UInt64(8 * place) }
    return number
  }
}
