// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A pool of equal buffers in a part of a share, for paths and data.
public struct SharePool: Sendable {
  /// Size of each buffer in bytes.
  public let bufferByteCount: UInt64
  private let start: UInt64
  private let capacity: UInt64
  private var free: [UInt32]

  /// - Parameters:
  ///   - share: end of the part, in bytes from the start of the share.
  ///   - start: start of the part.
  ///   - limit: maximum number of buffers.
  public init(share: UInt64, from start: UInt64 = 0, bufferByteCount: UInt64, limit: Int) {
    self.bufferByteCount = max(bufferByteCount, 1)
    self.start = start
    let byteCount = share > start ? share - start : 0
    capacity = min(byteCount / self.bufferByteCount, UInt64(max(limit, 0)), 1 << 20)
    free = []
    for index in 0..<capacity { free.append(UInt32(capacity - 1 - index)) }
  }

  /// Number of buffers that can be allocated.
  public var freeCount: Int { free.count }

  /// A free buffer, or nil if there is none.
  public mutating func allocate() -> ShareBuffer? {
    guard let index = free.popLast() else { return nil }
    return ShareBuffer(
      offset: start + UInt64(index) * bufferByteCount, byteCount: bufferByteCount)
  }

  /// Whether a buffer belongs to this pool.
  public func owns(_ buffer: ShareBuffer) -> Bool {
    buffer.offset >= start && (buffer.offset - start) / bufferByteCount < capacity
  }

  /// Returns a buffer, whole or shortened, to the pool. Others are ignored.
  public mutating func give(_ buffer: ShareBuffer) {
    guard owns(buffer) else { return }
    free.append(UInt32(truncatingIfNeeded: (buffer.offset - start) / bufferByteCount))
  }
}

#if !hasFeature(Embedded)
  extension SharePool {
    /// What is inconsistent in this state, or nil; for tests.
    public func checkInvariants() -> String? {
      var isFree = [Bool](repeating: false, count: Int(capacity))
      for index in free {
        guard Int(index) < isFree.count else { return "free buffer \(index) of \(capacity)" }
        if isFree[Int(index)] { return "buffer \(index) is free twice" }
        isFree[Int(index)] = true
      }
      return nil
    }
  }
#endif
