// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Memory that this protection domain shares with another: its address and size.
///
/// Safety: the caller of the initialiser guarantees the mapping. Everything built on a region checks its
/// bounds against `byteCount`, and stays inside whatever the peer writes.
@safe public struct SharedRegion: @unchecked Sendable {
  // Safety: here the pointer is only compared and offset; its users dereference it inside the bounds that they checked.
  let start: UnsafeMutableRawPointer
  /// Size in bytes.
  public let byteCount: Int

  /// Unsafe: `byteCount` bytes from `start` must stay mapped readable and writable.
  @unsafe public init(start: UnsafeMutableRawPointer, byteCount: Int) {
    unsafe self.start = start
    self.byteCount = byteCount
  }

  /// A region as a record describes it; nil if the address is 0, which means that there is none.
  ///
  /// Unsafe: `byteCount` bytes from `address` must stay mapped readable and writable.
  @unsafe public init?(address: UInt64, byteCount: UInt64) {
    guard
      let start = unsafe UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: address)),
      let byteCount = Int(exactly: byteCount)
    else { return nil }
    unsafe self.init(start: start, byteCount: byteCount)
  }
}
