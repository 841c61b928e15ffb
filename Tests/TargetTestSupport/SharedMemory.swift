// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// Memory that two sides share in a test; zeroed and aligned to 64 bytes. It is never freed: rings
/// hold no reference to it, so it would go with the test's last mention of it, while they are still
/// in use.
public final class SharedMemory: @unchecked Sendable {
  private let bytes: UnsafeMutableRawPointer
  private let byteCount: Int

  public init(byteCount: Int) {
    bytes = .allocate(byteCount: byteCount, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    self.byteCount = byteCount
  }

  public var region: SharedRegion { region(from: 0, to: byteCount) }

  public func region(from start: Int, to end: Int) -> SharedRegion {
    SharedRegion(start: bytes + start, byteCount: end - start)
  }

  /// What a peer of any kind would do: bytes in and out, at any offset.
  public func poke<Value>(_ value: Value, at offset: Int) {
    bytes.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }

  public func peek<Value>(_: Value.Type, at offset: Int) -> Value {
    bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
  }

  public func dump(_ range: Range<Int>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: bytes, count: byteCount)[range])
  }
}
