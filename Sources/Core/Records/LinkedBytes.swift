// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Bytes at a fixed place for as long as the program runs: a record's section of a protection
/// domain's image, read in place. The only file of this module that needs unsafe constructs.
@safe
public struct LinkedBytes: ByteSource {
  private let start: UnsafeRawPointer
  private let count: Int

  /// - Safety: `count` bytes from `start` must be readable and unchanging for the rest of the
  ///   program's run. The compiler must not see their initial value (declare the section's storage
  ///   in assembly or C, or by linker symbols): the host tool replaces it after linking.
  @unsafe
  public init(start: UnsafeRawPointer, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  @inline(__always)
  public func byte(at offset: Int) -> UInt8 {
    guard offset >= 0, offset < count else { return 0 }
    // Safety: the guard keeps the load inside the bytes that init's caller vouched for.
    return unsafe start.load(fromByteOffset: offset, as: UInt8.self)
  }

  // Read at start only, so that size counts.
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
