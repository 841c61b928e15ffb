// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

/// A fixed number of elements in one allocation. All of the stack's state lives in these, so its
/// memory is known before the first packet.
///
/// Safety: the module's only pointer, and it stays inside. Every access is compared with the count,
/// which is the allocation's; elements are plain bytes, so nothing has to be destroyed.
///
/// An object frees the memory instead of a `deinit` here: Embedded Swift cannot run the `deinit` of
/// a noncopyable type from another module.
@safe struct FixedArray<Element: BitwiseCopyable>: ~Copyable {
  // Safety: see the type.
  private let elements: UnsafeMutablePointer<Element>
  let count: Int
  private let owner: Allocation

  init(count: Int, repeating element: Element) {
    self.count = max(count, 0)
    unsafe elements = .allocate(capacity: max(count, 1))
    unsafe elements.initialize(repeating: element, count: self.count)
    owner = unsafe Allocation(elements)
  }

  subscript(index: Int) -> Element {
    @inline(__always) unsafeAddress {
      precondition(index >= 0 && index < count)
      return unsafe UnsafePointer(elements + index)
    }
    @inline(__always) unsafeMutableAddress {
      precondition(index >= 0 && index < count)
      return unsafe elements + index
    }
  }
}

/// Owns an allocation and frees it.
@safe private final class Allocation {
  private let start: UnsafeMutableRawPointer
  // Safety: only `FixedArray.init` creates it, with memory that it has just allocated.
  init(_ start: UnsafeMutableRawPointer) { unsafe self.start = start }
  deinit { unsafe start.deallocate() }
}

extension FixedArray where Element == UInt8 {
  /// Copies `length` bytes of `source` from its byte `start` on. Traps if they are out of bounds on
  /// either side.
  @inline(__always)
  mutating func copyIn(
    _ source: borrowing RawSpan, from start: Int = 0, _ length: Int, at offset: Int
  ) {
    precondition(
      start >= 0 && length >= 0 && start <= source.byteCount
        && length <= source.byteCount &- start)
    precondition(offset >= 0 && offset <= count && length <= count &- offset)
    // Safety: compared with the allocation above; a borrowed span cannot be this memory, which is
    // borrowed for writing.
    unsafe source.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe UnsafeMutableRawPointer(elements + offset).copyMemory(
        from: base + start, byteCount: length)
    }
  }

  /// Lends bytes. Traps if they are out of bounds.
  @inline(__always)
  func withBytes<Result>(
    _ range: ByteRange, _ body: (borrowing RawSpan) -> Result
  ) -> Result {
    precondition(
      range.start >= 0 && range.count >= 0 && range.start <= count
        && range.count <= count &- range.start)
    // Safety: compared with the allocation above, which outlives the call.
    let span = unsafe RawSpan(
      _unsafeStart: UnsafeRawPointer(elements + range.start), byteCount: range.count)
    return body(span)
  }

  /// Lends bytes for writing. Traps if they are out of bounds.
  @inline(__always)
  mutating func withMutableBytes<Result>(
    _ range: ByteRange, _ body: (inout MutableRawSpan) -> Result
  ) -> Result {
    precondition(
      range.start >= 0 && range.count >= 0 && range.start <= count
        && range.count <= count &- range.start)
    // Safety: compared with the allocation above, which outlives the call.
    var span = unsafe MutableRawSpan(
      _unsafeStart: UnsafeMutableRawPointer(elements + range.start), byteCount: range.count)
    return body(&span)
  }
}
