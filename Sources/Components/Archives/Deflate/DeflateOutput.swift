// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The caller's room for output.
///
/// Safety: `count` never exceeds `capacity`, which is the memory's, and each store checks what is left.
@safe struct DeflateOutput {
  private let bytes: UnsafeMutablePointer<UInt8>?
  private let capacity: Int
  private(set) var count: Int

  init(_ target: UnsafeMutableBufferPointer<UInt8>, from count: Int) {
    unsafe bytes = target.baseAddress
    capacity = target.count
    self.count = count
  }

  /// Appends the whole bytes of `bits` for which there is room.
  @inline(__always) mutating func append(_ bits: inout BitBuffer) {
    guard let bytes = unsafe bytes else { return }
    if capacity &- count >= 8 {
      unsafe UnsafeMutableRawPointer(bytes + count).storeBytes(
        of: bits.bits.littleEndian, as: UInt64.self)
      count &+= bits.count &>> 3
      bits.drop(bits.count & ~7)
    } else {
      while bits.count >= 8, count < capacity {
        unsafe bytes[count] = UInt8(truncatingIfNeeded: bits.bits)
        count &+= 1
        bits.drop(8)
      }
    }
  }

  /// Appends up to `count` bytes of the window; returns how many.
  mutating func append(_ window: DeflateWindow, at position: Int, count wanted: Int) -> Int {
    guard let bytes = unsafe bytes else { return 0 }
    var done = 0
    while done < wanted, count < capacity {
      let piece = unsafe window.load(
        bytes + count, count: min(wanted - done, capacity - count), at: position + done)
      done += piece
      count += piece
    }
    return done
  }
}

/// Bits on their way to the output, the first in the lowest place. Those above `count` are zeroes.
struct BitBuffer {
  private(set) var bits: UInt64 = 0
  private(set) var count = 0

  /// Appends `length` bits, above which `value` is zero. At most 64 fit, which the caller keeps to.
  @inline(__always) mutating func append(_ value: UInt64, _ length: Int) {
    bits |= value &<< UInt64(truncatingIfNeeded: count)
    count &+= length
  }

  /// Removes the first `length` bits, at most 63.
  @inline(__always) mutating func drop(_ length: Int) {
    bits &>>= UInt64(truncatingIfNeeded: length)
    count &-= length
  }
}
