// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Detects sequential reads: remembers the most recent readers and how far to read ahead of each.
struct SequentialReaders: Sendable {
  private struct Reader: Sendable {
    var file: FileHandle
    var next: UInt64
    var window: Int
    var lastUse: UInt64
  }

  private var readers: [Reader] = []
  private let capacity: Int
  private var uses: UInt64 = 0

  init(capacity: Int) { self.capacity = capacity }

  /// Records a read of `count` bytes at `offset`.
  ///
  /// - Returns: the number of blocks to read ahead of its end, at most `limit`. It doubles with each read that starts
  ///   where the reader's last one ended.
  mutating func record(
    _ file: FileHandle, offset: UInt64, count: UInt64, limit: Int
  ) -> Int {
    uses &+= 1
    let next = offset &+ count
    for index in readers.indices
    where readers[index].next == offset && readers[index].file == file {
      readers[index].next = next
      readers[index].lastUse = uses
      readers[index].window = min(max(readers[index].window * 2, 2), limit)
      return readers[index].window
    }
    // Most files are read from start to end.
    let window = offset == 0 ? 1 : 0
    let reader = Reader(file: file, next: next, window: window, lastUse: uses)
    if readers.count < capacity {
      readers.append(reader)
    } else if let oldest = readers.indices.min(by: { readers[$0].lastUse < readers[$1].lastUse }) {
      readers[oldest] = reader
    }
    return min(window, limit)
  }
}
