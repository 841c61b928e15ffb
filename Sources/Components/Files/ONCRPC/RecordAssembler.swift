// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Reassembles records from a TCP stream (RFC 5531 section 11). A word precedes each fragment: its highest bit marks the
/// last fragment of a record, the others are the fragment's length.
public struct RecordAssembler: Sendable {
  /// A record exceeds the limit or has too many empty fragments. The stream cannot be used any further.
  public struct TooLong: Error, Equatable, Sendable {}

  /// Maximum number of empty fragments in a record. They are valid but useless, and a stream of zeroes would otherwise
  /// be a record that never completes.
  public static let emptyFragmentLimit = 16

  /// Maximum size of a record in bytes; also the memory that this needs.
  public let limit: Int
  private var record: [UInt8] = []
  private var header: UInt32 = 0
  private var headerCount = 0
  private var left = 0
  private var emptyCount = 0
  private var isLast = false
  /// Whether a record is complete.
  public private(set) var isComplete = false

  /// Whether a record has begun but is not complete.
  public var isInside: Bool { !isComplete && (headerCount > 0 || left > 0 || !record.isEmpty) }

  /// An assembler at the start of a stream.
  public init(limit: Int) { self.limit = limit }

  /// Takes bytes up to the end of a record; returns how many. Fewer than given: there is a record
  /// to take first.
  public mutating func consume(_ bytes: Span<UInt8>) throws(TooLong) -> Int {
    var index = 0
    while index < bytes.count, !isComplete {
      if left > 0 {
        let count = min(left, bytes.count - index)
        record.append(copying: bytes.extracting(index..<index + count))
        left -= count
        index += count
        if left == 0, isLast { isComplete = true }
      } else {
        header = header << 8 | UInt32(bytes[index])
        headerCount += 1
        index += 1
        if headerCount == 4 { try startFragment() }
      }
    }
    return index
  }

  private mutating func startFragment() throws(TooLong) {
    headerCount = 0
    isLast = header >> 31 == 1
    let length = Int(header & 0x7fff_ffff)
    guard length <= limit - record.count else { throw TooLong() }
    left = length
    if length == 0 {
      emptyCount += 1
      guard emptyCount <= Self.emptyFragmentLimit else { throw TooLong() }
      isComplete = isLast
    } else if record.count + length > record.capacity {
      // Growing at least twofold avoids a copy per fragment if fragments are short.
      record.reserveCapacity(min(max(record.count + length, 2 * record.capacity), limit))
    }
  }

  /// Removes and returns the complete record, or returns nil.
  public mutating func nextRecord() -> [UInt8]? {
    guard isComplete else { return nil }
    isComplete = false
    emptyCount = 0
    let taken = record
    record = []
    return taken
  }

  /// Starts over with a new stream.
  public mutating func reset() { self = RecordAssembler(limit: limit) }
}

#if !hasFeature(Embedded)
  extension RecordAssembler {
    /// What is inconsistent in this state, or nil; for tests.
    func checkInvariants() -> String? {
      if left < 0 || headerCount > 3 {
        return "\(left) bytes and \(headerCount) of a mark are left"
      }
      if record.count + left > limit { return "a record of \(record.count + left) bytes" }
      return isComplete && left > 0 ? "a record is complete without \(left) bytes" : nil
    }
  }
#endif
