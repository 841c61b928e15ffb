// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// Zeroed memory that two sides share in a test, aligned to 64 bytes. It is never freed: rings hold no
/// reference to it, so it would be freed after the test's last use of it while rings still point to it.
public final class SharedMemory: @unchecked Sendable {
  private let bytes: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Allocates `byteCount` bytes.
  public init(byteCount: Int) {
    bytes = .allocate(byteCount: byteCount, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    self.byteCount = byteCount
  }

  /// All of it, as a component under test sees it.
  public var region: SharedRegion { region(from: 0, to: byteCount) }

  /// The bytes from `start` up to `end`.
  public func region(from start: Int, to end: Int) -> SharedRegion {
    SharedRegion(start: bytes + start, byteCount: end - start)
  }

  /// Access for a peer of any kind, at any offset.
  public func poke<Value>(_ value: Value, at offset: Int) {
    bytes.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }

  /// Reads a value at any offset, aligned or not.
  public func peek<Value>(_: Value.Type, at offset: Int) -> Value {
    bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
  }

  /// Copies a range of bytes.
  public func dump(_ range: Range<Int>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: bytes, count: byteCount)[range])
  }
}
