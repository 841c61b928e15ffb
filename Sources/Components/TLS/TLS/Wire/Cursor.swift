// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A place in bytes that someone else keeps. Each call is given these bytes, the same ones.
struct Cursor {
  private(set) var index: Int
  let end: Int

  /// At the start of `range`, which is within the bytes.
  init(_ range: Range<Int>) {
    index = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { index == end }

  /// The range of the next `count` bytes.
  mutating func skip(_ count: Int) throws(Alert) -> Range<Int> {
    guard count >= 0, count <= end - index else { throw .decodeError }
    let start = index
    index += count
    return start..<index
  }

  /// A number of `size` bytes, at most 4, most significant first.
  mutating func number(_ size: Int, _ bytes: Span<UInt8>) throws(Alert) -> Int {
    var number = 0
    for index in try skip(size) { number = number << 8 | Int(bytes[index]) }
    return number
  }

  /// The range of a vector: its length in `size` bytes, and as many bytes.
  ///
  /// - Parameter least: fewer bytes than these are an error.
  mutating func vector(
    _ size: Int, least: Int = 0, _ bytes: Span<UInt8>
  ) throws(Alert) -> Range<Int> {
    let count = try number(size, bytes)
    guard count >= least else { throw .decodeError }
    return try skip(count)
  }

  /// Throws unless everything was read.
  func finish() throws(Alert) {
    guard isAtEnd else { throw .decodeError }
  }
}
