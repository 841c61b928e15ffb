// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA

/// Network buffers in a test's memory.
public final class FrameBuffers {
  private let start: UnsafeMutableRawPointer
  private let byteCount: Int
  public let memory: MappedMemory

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

  public func fill(_ offset: Int, _ bytes: [UInt8]) {
    (start + offset).copyMemory(from: bytes, byteCount: min(bytes.count, byteCount - offset))
  }

  public func bytes(_ offset: Int, _ count: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: start + offset, count: count))
  }
}
