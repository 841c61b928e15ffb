// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Finds a boundary's delimiter, `CR LF -- boundary`, in data. It looks at every byte only where the data resembles the
/// delimiter's end; in other data it advances by up to the delimiter's length for each byte that it looks at (Horspool, 1980).
///
/// The first byte occurs nowhere else in the delimiter. Hence comparing takes no more steps than there are bytes, whatever the data.
struct DelimiterSearch {
  enum Result: Equatable {
    case none
    /// The whole delimiter is at this index.
    case whole(Int)
    /// The data ends with a part of the delimiter, from this index.
    case partial(Int)
  }

  let delimiter: [UInt8]
  /// For each value of the byte at the end of the window, how far the window can be moved.
  private let shifts: [UInt8]

  init(_ boundary: MultipartBoundary) {
    var delimiter: [UInt8] = [0x0d, 0x0a, 0x2d, 0x2d]
    delimiter.append(copying: boundary.bytes.span)
    var shifts = [UInt8](repeating: UInt8(truncatingIfNeeded: delimiter.count), count: 256)
    for index in 0..<delimiter.count - 1 {
      shifts[Int(delimiter[index])] = UInt8(truncatingIfNeeded: delimiter.count - 1 - index)
    }
    self.delimiter = delimiter
    self.shifts = shifts
  }

  func find(in data: Span<UInt8>, from start: Int) -> Result {
    let last = delimiter.count - 1
    let final = delimiter[last]
    let shifts = shifts.span
    var end = start + last
    while end < data.count {
      let byte = data[end]
      if byte == final, data[end - last] == 0x0d, matches(data, at: end - last) == delimiter.count {
        return .whole(end - last)
      }
      end += Int(shifts[Int(byte)])
    }
    // The first position that was not ruled out.
    var index = end - last
    while let next = data.first(0x0d, in: index..<data.count) {
      if matches(data, at: next) == data.count - next { return .partial(next) }
      index = next + 1
    }
    return .none
  }

  /// How many bytes at `index` are the delimiter's first ones.
  private func matches(_ data: Span<UInt8>, at index: Int) -> Int {
    matches(data, at: index, from: 0)
  }

  /// How many bytes at `index` are those of the delimiter that follow its first `matched` ones.
  func matches(_ data: Span<UInt8>, at index: Int, from matched: Int) -> Int {
    let count = min(delimiter.count - matched, data.count - index)
    var offset = 0
    while offset < count, data[index + offset] == delimiter[matched + offset] { offset += 1 }
    return offset
  }
}
