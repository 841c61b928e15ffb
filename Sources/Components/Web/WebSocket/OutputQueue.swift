// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Bytes that wait to be sent. Its memory is at most 2 KB more than nine eighths of the most that has waited in it since it
/// was empty.
struct OutputQueue: Sendable {
  private var bytes: [UInt8] = []
  private var start = 0

  var count: Int { bytes.count - start }
  /// Memory that it has, in bytes.
  var capacity: Int { bytes.capacity }

  func with<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    body(bytes.span.extracting(start..<bytes.count))
  }

  /// The memory that it has when a frame of this payload has been appended, in bytes.
  func capacity(adding payloadCount: Int) -> Int {
    let added = FrameHeader.byteCountLimit + payloadCount
    let needed = count + added
    guard bytes.capacity - bytes.count < added, needed > compactedLimit else { return capacity }
    return needed <= 512 ? needed : needed + max(2048, needed / 8)
  }

  /// The longest payload of a frame with which it has no more memory than `limit`, in bytes.
  func room(within limit: Int) -> Int {
    let grown = limit > 2048 ? (limit - 2048) / 9 * 8 : 0
    return max(max(compactedLimit, grown) - count - FrameHeader.byteCountLimit, 0)
  }

  /// Up to here, removing what has been sent makes room instead of more memory: each byte then moves 16 times at most.
  private var compactedLimit: Int { capacity - capacity / 16 }

  /// Appends a frame; `exactly`: without memory for later ones.
  mutating func append(_ opcode: Opcode, _ payload: Span<UInt8>, exactly: Bool = false) {
    let added = FrameHeader.byteCountLimit + payload.count
    let capacity = exactly ? count + added : capacity(adding: payload.count)
    if bytes.capacity - bytes.count < added {
      bytes.removeFirst(bytes: start)
      start = 0
      // Doubling would take twice the limit.
      if bytes.capacity < capacity { bytes.reserveCapacity(capacity) }
    }
    bytes.append(headerOf: opcode, byteCount: payload.count)
    bytes.append(copying: payload)
  }

  mutating func drop(_ count: Int) {
    start += min(max(count, 0), self.count)
    if start == bytes.count {
      // A large queue gives its memory back.
      bytes.removeAll(keepingCapacity: bytes.capacity <= 512)
      start = 0
    } else if start >= 4096, start >= bytes.count / 2 {
      bytes.removeFirst(bytes: start)
      start = 0
    }
  }
}
