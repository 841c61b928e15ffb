// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Bytes that stay in place while the program runs: a record's section of a protection domain's image. The only
/// file of this module that needs unsafe constructs.
@safe
public struct LinkedBytes: ByteSource {
  private let start: UnsafeRawPointer
  private let count: Int

  /// - Safety: `count` bytes from `start` must stay readable and unchanged while the program runs. The compiler
  ///   must not see their initial value, because the host tool replaces it after linking: declare the section's
  ///   storage in assembly or C, or by linker symbols.
  @unsafe
  public init(start: UnsafeRawPointer, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  /// 0 beyond the end.
  @inline(__always)
  public func byte(at offset: Int) -> UInt8 {
    guard offset >= 0, offset < count else { return 0 }
    // Safety: the guard keeps the load inside the bytes that init's caller vouched for.
    return unsafe start.load(fromByteOffset: offset, as: UInt8.self)
  }

  // Only read at start, so that size matters more than time.
  /// 0 unless it lies wholly inside.
  @inline(never)
  public func number<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    at offset: Int
  ) -> Number {
    let size = Number.bitWidth / 8
    guard offset >= 0, size <= count, offset <= count - size else { return 0 }
    // Safety: the guard keeps all of the load inside the bytes that init's caller vouched for.
    return unsafe Number(
      littleEndian: start.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}

extension StaticString {
  /// The byte at `index` of the text in UTF-8; 0 beyond the end.
  func octet(_ index: Int) -> UInt8 {
    guard hasPointerRepresentation, index >= 0, index < utf8CodeUnitCount else { return 0 }
    // Safety: the guard keeps the index inside the text, which is constant memory.
    return unsafe utf8Start[index]
  }
}
