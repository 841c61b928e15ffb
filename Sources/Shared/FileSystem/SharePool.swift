// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Equal buffers in a share, for paths and data.
public struct SharePool: Sendable {
  public let bufferByteCount: UInt64
  private var free: [UInt32]

  /// - Parameters:
  ///   - share: size of the share in bytes.
  ///   - limit: buffers at most.
  public init(share: UInt64, bufferByteCount: UInt64, limit: Int) {
    self.bufferByteCount = max(bufferByteCount, 1)
    free = []
    let count = min(share / self.bufferByteCount, UInt64(max(limit, 0)), 1 << 20)
    for index in 0..<count { free.append(UInt32(count - 1 - index)) }
  }

  public var freeCount: Int { free.count }

  /// Nil when all are out.
  public mutating func take() -> ShareBuffer? {
    guard let index = free.popLast() else { return nil }
    return ShareBuffer(offset: UInt64(index) * bufferByteCount, byteCount: bufferByteCount)
  }

  /// Takes back a buffer of this pool, whole or shortened.
  public mutating func give(_ buffer: ShareBuffer) {
    free.append(UInt32(truncatingIfNeeded: buffer.offset / bufferByteCount))
  }
}
