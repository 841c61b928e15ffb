// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA

/// Network buffers in a test's memory.
public final class FrameBuffers {
  private let start: UnsafeMutableRawPointer
  private let byteCount: Int
  /// The buffers, as a component under test sees them.
  public let memory: MappedMemory

  /// Creates `count` zeroed buffers of 2048 bytes.
  public init?(count: Int) {
    byteCount = count * 2048
    start = .allocate(byteCount: byteCount, alignment: 2048)
    start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    let address = UInt64(UInt(bitPattern: start))
    guard let memory = MappedMemory(address: address, byteCount: UInt64(byteCount)) else {
      return nil
    }
    self.memory = memory
  }

  deinit { start.deallocate() }

  /// Copies bytes to an offset, as far as they fit.
  public func fill(_ offset: Int, _ bytes: [UInt8]) {
    (start + offset).copyMemory(from: bytes, byteCount: min(bytes.count, byteCount - offset))
  }

  /// Copies `count` bytes from an offset.
  public func bytes(_ offset: Int, _ count: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: start + offset, count: count))
  }
}
