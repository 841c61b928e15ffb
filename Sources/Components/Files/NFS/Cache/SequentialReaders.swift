// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Who reads which file from front to back: the last readers, and how far ahead of each to read.
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

  /// A read of `count` bytes at `offset`: the number of blocks to read ahead of its end, at most
  /// `limit`. It doubles with each read that goes on where one ended.
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
    // A file is mostly read from its start to its end.
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
