// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension SharedRegion {
  /// Whether `count` bytes from `offset` on are inside the region.
  public func holds(offset: UInt64, count: UInt64) -> Bool {
    let size = UInt64(byteCount)
    return offset <= size && count <= size - offset
  }

  /// Writes bytes into the region. False, and nothing written, where they do not fit.
  public func store(_ bytes: Span<UInt8>, offset: UInt64) -> Bool {
    guard holds(offset: offset, count: UInt64(bytes.count)) else { return false }
    // Safety: as above; the bytes are not in the region, as nobody gets a span of it to keep.
    unsafe bytes.withUnsafeBytes { source in
      guard let from = source.baseAddress else { return }
      unsafe (start + Int(offset)).copyMemory(from: from, byteCount: source.count)
    }
    return true
  }

  /// Shows bytes of the region in place. The other side may change them meanwhile: they are data to
  /// pass on, and nothing to decide by. Nil where they are not inside.
  public func withBytes<Result>(
    offset: UInt64, count: UInt64, _ body: (Span<UInt8>) -> Result
  ) -> Result? {
    guard holds(offset: offset, count: count) else { return nil }
    // Safety: as above; bytes of any value are valid.
    let pointer = unsafe UnsafePointer<UInt8>(
      (start + Int(offset)).assumingMemoryBound(to: UInt8.self))
    return unsafe body(Span(_unsafeStart: pointer, count: Int(count)))
  }
}
