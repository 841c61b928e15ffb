// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Wire

/// Elements in one allocation that is made at the start and never grows: where all the stack's
/// state lives, so that its memory is known before the first packet.
///
/// Safety: the only pointer of the module, and it stays inside. Every access is compared with the
/// count, which is that of the allocation; elements are plain bytes, so nothing has to be destroyed.
///
/// The memory is freed by an object and not by a `deinit` here, since Embedded Swift cannot run one of
/// a type that cannot be copied from another module.
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

/// Frees what it was given.
@safe private final class Allocation {
  private let start: UnsafeMutableRawPointer
  // Safety: only made with what was allocated just before, and by nobody else.
  init(_ start: UnsafeMutableRawPointer) { unsafe self.start = start }
  deinit { unsafe start.deallocate() }
}

extension FixedArray where Element == UInt8 {
  /// Copies `length` bytes of `source` in, from its byte `start` on. Traps where they are not there or
  /// do not fit.
  @inline(__always)
  mutating func copyIn(
    _ source: borrowing RawSpan, from start: Int = 0, _ length: Int, at offset: Int
  ) {
    precondition(
      start >= 0 && length >= 0 && start <= source.byteCount
        && length <= source.byteCount &- start)
    precondition(offset >= 0 && offset <= count && length <= count &- offset)
    // Safety: compared with the allocation above; a span that is lent is never one of this memory,
    // which is borrowed for writing.
    unsafe source.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe UnsafeMutableRawPointer(elements + offset).copyMemory(
        from: base + start, byteCount: length)
    }
  }

  /// Lends bytes. Traps where they are not there.
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

  /// Lends bytes for writing. Traps where they are not there.
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
