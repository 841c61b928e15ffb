// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// One allocation, which all tables of a `Deflater` share. It is zeroed.
@safe final class DeflateMemory {
  // Safety: `take` hands out disjoint parts of it, and `deinit` alone frees it.
  private let start: UnsafeMutableRawPointer
  private let byteCount: Int
  private var used = 0

  init(byteCount: Int) {
    self.byteCount = byteCount
    unsafe start = .allocate(byteCount: byteCount, alignment: 8)
    unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit { unsafe start.deallocate() }

  /// Makes everything zeroes.
  func erase() {
    unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  /// The next `byteCount` bytes. Traps if there are no more, which the sizes in `DeflateLayout` rule out.
  func take(byteCount: Int) -> UnsafeMutableRawPointer {
    precondition(byteCount >= 0 && byteCount <= self.byteCount - used)
    defer { used += (byteCount + 7) & ~7 }
    return unsafe start + used
  }
}

/// A table whose count is a power of two. An index is taken modulo the count, so that no access needs a check.
///
/// Safety: each access is masked, and `memory` has as many elements as the mask allows. A table is a reference: it lives in a
/// `Deflater`, which keeps the memory and hands neither out.
@safe struct MaskedTable<Element: FixedWidthInteger & BitwiseCopyable> {
  private let elements: UnsafeMutablePointer<Element>
  private let mask: Int

  /// Takes 2 to the power of `bits` elements of `memory`. They are zeroes.
  init(bits: Int, in memory: DeflateMemory) {
    let count = 1 << bits
    mask = count - 1
    unsafe elements = memory.take(byteCount: Self.byteCount(bits: bits))
      .bindMemory(to: Element.self, capacity: count)
  }

  static func byteCount(bits: Int) -> Int { MemoryLayout<Element>.stride << bits }

  var count: Int { mask &+ 1 }

  subscript(index: Int) -> Element {
    @inline(__always) get { unsafe elements[index & mask] }
    @inline(__always) nonmutating set { unsafe elements[index & mask] = newValue }
  }

  /// Makes all elements zeroes.
  func erase() {
    // Safety: as many bytes as the elements have, whose types are integers.
    unsafe UnsafeMutableRawPointer(elements).initializeMemory(
      as: UInt8.self, repeating: 0, count: count * MemoryLayout<Element>.stride)
  }
}
