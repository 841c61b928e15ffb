// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Memory that this protection domain shares with another: where it is mapped and how long it is.
///
/// Safety: whoever makes one promises the mapping. Everything that is built on it checks against
/// `byteCount` once, when it is built, and stays inside from then on whatever the peer writes.
@safe public struct SharedRegion: @unchecked Sendable {
  // Safety: only compared and offset here; dereferenced by `Ring`, inside the bounds it checked.
  let start: UnsafeMutableRawPointer
  /// Size in bytes.
  public let byteCount: Int

  @unsafe public init(start: UnsafeMutableRawPointer, byteCount: Int) {
    unsafe self.start = start
    self.byteCount = byteCount
  }

  /// The region as a record describes it; nil where address 0 says that there is none.
  ///
  /// Unsafe: `byteCount` bytes from `address` must be mapped readable and writable for good.
  @unsafe public init?(address: UInt64, byteCount: UInt64) {
    guard
      let start = unsafe UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: address)),
      let byteCount = Int(exactly: byteCount)
    else { return nil }
    unsafe self.init(start: start, byteCount: byteCount)
  }
}
