// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Deflate

/// Bytes of the archive that the caller has not drained yet: never more than `capacity`.
struct ZipOutput: Sendable {
  /// Bytes of memory.
  static var capacity: Int { 4096 }

  /// Drained bytes, then the others. Append no more than there was room made for.
  var bytes: [UInt8] = []
  private var start = 0

  init() { bytes.reserveCapacity(Self.capacity) }

  var count: Int { bytes.count - start }
  var isEmpty: Bool { count == 0 }
  /// Bytes that fit behind the others.
  private var room: Int { Self.capacity - bytes.count }

  /// Whether there is room for `byteCount` bytes, for which the others may have to move.
  mutating func makeRoom(_ byteCount: Int) -> Bool {
    if room < byteCount, count + byteCount <= Self.capacity {
      bytes.removeFirst(bytes: start)
      start = 0
    }
    return room >= byteCount
  }

  /// Appends compressed bytes, as many as there is room for.
  mutating func append(
    _ deflater: inout Deflater, _ input: Span<UInt8>, _ flush: Deflater.Flush
  ) -> Deflater.Progress? {
    // Moving a full buffer for each byte that is drained would be slow.
    guard makeRoom(Self.capacity / 4) || room > 0 else { return nil }
    var progress: Deflater.Progress?
    bytes.append(addingCapacity: room) { progress = deflater.compress(input, into: &$0, flush) }
    return progress
  }

  /// Passes the bytes to `take`, which returns how many of them it took.
  mutating func drain(_ take: (Span<UInt8>) -> Int) -> Int {
    guard !isEmpty else { return 0 }
    let taken = min(max(take(bytes.span.extracting(start..<bytes.count)), 0), count)
    start += taken
    if isEmpty {
      bytes.removeAll(keepingCapacity: true)
      start = 0
    }
    return taken
  }
}
