// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension MutableRawSpan {
  /// Copies all of `source` to `offset`. Traps if it does not fit: callers check lengths first.
  @inline(__always)
  public mutating func copy(_ source: borrowing RawSpan, to offset: Int) {
    let count = source.byteCount
    precondition(offset >= 0 && count <= byteCount - offset)
    guard count > 0 else { return }
    // Safety: both spans contain the bytes, as checked above; a mutable span overlaps no other.
    unsafe source.withUnsafeBytes { from in
      unsafe withUnsafeMutableBytes { to in
        guard let start = from.baseAddress, let end = to.baseAddress else { return }
        unsafe (end + offset).copyMemory(from: start, byteCount: count)
      }
    }
  }

  /// Sets `count` bytes from `offset` to zero.
  @inline(__always)
  public mutating func clear(_ count: Int, at offset: Int) {
    for index in 0..<Swift.max(count, 0) { put(UInt8(0), at: offset &+ index) }
  }
}
