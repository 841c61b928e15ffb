// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Deflate

/// Writes a zip archive (APPNOTE 6.3.10) as a stream: nothing is known of an entry when it begins but its name, and
/// nothing is written twice.
///
/// It does no I/O. Bytes of the archive wait in a buffer of 4 KiB until the caller drains them. While they leave too
/// little room, `begin`, `endEntry` and `finish` return false and `write` takes less: drain, and call again.
///
///     while try !writer.begin(name) { writer.drain(send) }
///     while !data.isEmpty { data.removeFirst(try writer.write(data.span)); writer.drain(send) }
///     while try !writer.endEntry() { writer.drain(send) }
///     while try !writer.finish() { writer.drain(send) }
///     while !writer.isDrained { writer.drain(send) }
///
/// It holds `Deflater.byteCount`, the buffer, and for each entry what `ZipLimits` says: docs/archives.md.
public struct ZipWriter: ~Copyable {
  private enum State {
    case betweenEntries
    case inEntry
    case directory
    case complete
  }

  private var deflater: Deflater
  private var output = ZipOutput()
  private var directory = CentralDirectory()
  private var names: EntryNames
  private let limits: ZipLimits
  private var state = State.betweenEntries

  // The entry that is being written.
  private var entry = EntryHeader(modified: .first, hasLongDescriptor: false)
  private var crc = CRC32()
  private var entryName = EntryName.unnamed
  private var byteLimit: UInt64 = 0
  private var isCompressed = false

  // Bytes of all entries, and of the directory so far.
  private var entryBytes: UInt64 = 0
  private var directoryBytes: UInt64 = 0

  /// A writer at the beginning of an archive. It allocates the compressor's memory and the buffer.
  public init(level: DeflateLevel, limits: ZipLimits = ZipLimits()) {
    deflater = Deflater(level: level)
    names = EntryNames(limit: limits.entryCount)
    self.limits = limits
  }

  /// Bytes that a writer holds at most: the compressor, the buffer, the records and the names.
  public static func memoryBound(level: DeflateLevel, limits: ZipLimits = ZipLimits()) -> Int {
    let (entries, records) = (max(limits.entryCount, 0), max(limits.directoryByteCount, 0))
    return Deflater.byteCount(level) + ZipOutput.capacity + records
      + EntryNames.memoryBound(limit: entries) + 2 * EntryName.numberedByteLimit
  }

  // MARK: Entries

  /// Begins an entry. If another one has the name, this one gets a number: `cat (2).jpg`.
  ///
  /// - Parameters:
  ///   - byteLimit: bytes that the entry has at most, nil if that is not known. Below 4 GiB the entry gets the form that
  ///     all readers take. Otherwise it gets that of zip64, with which some readers of streams have trouble
  ///     (docs/adr/0013); so state a limit where there is one, such as the length of the request's body.
  /// - Returns: whether it has begun. If not, drain the output first.
  public mutating func begin(
    _ name: EntryName, modified: ModificationTime = .first, atMost byteLimit: UInt64? = nil
  ) throws(ZipError) -> Bool {
    guard state == .betweenEntries else { throw .outOfOrder }
    guard output.makeRoom([UInt8].headerByteLimit) else { return false }
    guard directory.entryCount < limits.entryCount else {
      throw .tooManyEntries(limit: limits.entryCount)
    }
    guard directory.memory(addingNameOf: EntryName.numberedByteLimit) <= limits.directoryByteCount
    else { throw .directoryTooLarge(limit: limits.directoryByteCount) }
    entryName = try names.add(name)
    self.byteLimit = byteLimit ?? .max
    entry = EntryHeader(
      modified: modified,
      hasLongDescriptor: Self.compressedBound(self.byteLimit) >= fieldOverflow)
    crc = CRC32()
    deflater.reset()
    isCompressed = false
    let bytes = entryName.bytes
    output.bytes.append(localHeaderOf: entry, name: bytes.span)
    state = .inEntry
    return true
  }

  /// Writes bytes of the entry. Returns how many of them it took: fewer if the output is full.
  public mutating func write(_ bytes: Span<UInt8>) throws(ZipError) -> Int {
    guard state == .inEntry, !isCompressed else { throw .outOfOrder }
    guard UInt64(bytes.count) <= byteLimit - entry.byteCount else {
      throw .entryTooLarge(limit: byteLimit)
    }
    var consumed = 0
    while consumed < bytes.count {
      guard let progress = output.append(&deflater, bytes.extracting(consumed...), .none) else {
        break
      }
      consumed += progress.consumed
      try count(progress)
      if progress.consumed == 0, progress.produced == 0 { break }
    }
    crc.update(bytes.extracting(..<consumed))
    entry.byteCount += UInt64(consumed)
    return consumed
  }

  /// Ends the entry.
  ///
  /// - Returns: whether it has ended. If not, drain the output first.
  public mutating func endEntry() throws(ZipError) -> Bool {
    guard state == .inEntry else { throw .outOfOrder }
    let nothing: [UInt8] = []
    while !isCompressed {
      guard let progress = output.append(&deflater, nothing.span, .finish) else { return false }
      try count(progress)
      isCompressed = progress.isDone
      guard progress.isDone || progress.produced > 0 else { return false }
    }
    guard output.makeRoom(24) else { return false }
    entry.crc = crc.value
    output.bytes.append(descriptorOf: entry)
    let name = entryName.bytes
    directory.append(entry, name: name.span)
    entryBytes += entry.storedByteCount(nameByteCount: name.count)
    state = .betweenEntries
    return true
  }

  private mutating func count(_ progress: Deflater.Progress) throws(ZipError) {
    entry.compressedByteCount += UInt64(progress.produced)
    guard entry.hasLongDescriptor || entry.compressedByteCount < fieldOverflow else {
      throw .entryTooLarge(limit: byteLimit)
    }
  }

  /// More bytes than `byteCount` bytes can become: what does not compress is stored in blocks of 4 KB or more, with 5
  /// bytes more each.
  private static func compressedBound(_ byteCount: UInt64) -> UInt64 {
    let (sum, overflow) = byteCount.addingReportingOverflow(byteCount / 512 + 4096)
    return overflow ? .max : sum
  }

  // MARK: The end

  /// Ends the archive with its central directory.
  ///
  /// - Returns: whether all of it is written. If not, drain the output first.
  public mutating func finish() throws(ZipError) -> Bool {
    switch state {
    case .inEntry: throw .outOfOrder
    case .complete: return true
    case .betweenEntries, .directory: state = .directory
    }
    while output.makeRoom([UInt8].headerByteLimit) {
      let before = output.count
      guard directory.appendNext(to: &output) else {
        appendEndRecords()
        return true
      }
      directoryBytes += UInt64(output.count - before)
    }
    return false
  }

  private mutating func appendEndRecords() {
    output.bytes.append(
      endOf: UInt64(directory.entryCount), offset: entryBytes, byteCount: directoryBytes)
    state = .complete
  }

  // MARK: Output

  /// Passes the bytes of the archive that wait to `take`, in one piece of at most 4 KiB.
  ///
  /// - Parameter take: returns how many of them it took. The others are passed again.
  /// - Returns: how many it took; 0 if none wait.
  @discardableResult
  public mutating func drain(_ take: (Span<UInt8>) -> Int) -> Int { output.drain(take) }

  /// Whether no bytes wait.
  public var isDrained: Bool { output.isEmpty }

  /// Whether the archive is complete and drained.
  public var isFinished: Bool { state == .complete && isDrained }
}
