// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension SharedRegion {
  /// Whether the `count` bytes from `offset` on lie inside the region.
  public func holds(offset: UInt64, count: UInt64) -> Bool {
    let size = UInt64(byteCount)
    return offset <= size && count <= size - offset
  }

  /// Copies bytes into the region. False, with nothing written, if they do not fit.
  public func store(_ bytes: Span<UInt8>, offset: UInt64) -> Bool {
    guard holds(offset: offset, count: UInt64(bytes.count)) else { return false }
    // Safety: the guard checked the bounds. Source and region do not overlap: a span of the region never leaves
    // `withBytes`.
    unsafe bytes.withUnsafeBytes { source in
      guard let from = source.baseAddress else { return }
      unsafe (start + Int(offset)).copyMemory(from: from, byteCount: source.count)
    }
    return true
  }

  /// Lends bytes of the region in place; nil if they do not lie inside. The peer may change them during the call:
  /// pass them on, but base no decision on them.
  public func withBytes<Result>(
    offset: UInt64, count: UInt64, _ body: (Span<UInt8>) -> Result
  ) -> Result? {
    guard holds(offset: offset, count: count) else { return nil }
    // Safety: the guard checked the bounds, and every byte value is valid.
    let pointer = unsafe UnsafePointer<UInt8>(
      (start + Int(offset)).assumingMemoryBound(to: UInt8.self))
    return unsafe body(Span(_unsafeStart: pointer, count: Int(count)))
  }
}
