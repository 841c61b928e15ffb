// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Puts records together from a stream's fragments (RFC 5531 section 11): each has a word in front,
/// the highest bit of which marks the record's last, and the rest of which is its length.
public struct RecordAssembler: Sendable {
  /// A record longer than the limit, or of too many empty fragments: where the next one starts is not
  /// worth knowing.
  public struct TooLong: Error, Equatable, Sendable {}

  /// Empty fragments of a record at most. They are allowed, but nobody needs them, and a stream of
  /// zeros is nothing else: it would be taken for a record that is never complete.
  public static let emptyFragmentLimit = 16

  /// Bytes of a record at most; also the memory that this takes.
  public let limit: Int
  private var record: [UInt8] = []
  private var header: UInt32 = 0
  private var headerCount = 0
  private var left = 0
  private var emptyCount = 0
  private var isLast = false
  /// Whether there is a record to take.
  public private(set) var isComplete = false

  /// Whether a record has begun that is not complete yet.
  public var isInside: Bool { !isComplete && (headerCount > 0 || left > 0 || !record.isEmpty) }

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
      // Twice as much at least: a record in fragments of one byte is not copied for each.
      record.reserveCapacity(min(max(record.count + length, 2 * record.capacity), limit))
    }
  }

  /// The record, once it is complete.
  public mutating func nextRecord() -> [UInt8]? {
    guard isComplete else { return nil }
    isComplete = false
    emptyCount = 0
    let taken = record
    record = []
    return taken
  }

  /// Forgets what has come: the stream is a new one.
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
