// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Numbers that nobody outside can guess, from a secret that the stack is given at its start:
/// SipHash-2-4 (Aumasson and Bernstein, 2012).
struct Secret: BitwiseCopyable {
  private let key0: UInt64
  private let key1: UInt64
  // The keys of `tableHash`: its one multiplication spreads nothing where they are small numbers,
  // so they are made from the secret rather than of it.
  private var tableKey0: UInt64 = 0
  private var tableKey1: UInt64 = 0
  private var counter: UInt64 = 0

  init(_ key0: UInt64, _ key1: UInt64) {
    self.key0 = key0
    self.key1 = key1
    tableKey0 = hash(0, 0x7461_626c_65)
    tableKey1 = hash(1, 0x7461_626c_65)
  }

  /// Takes something else that nobody outside knows into the key. Numbers from before and after have nothing
  /// to do with each other.
  mutating func stir(_ value: UInt64) {
    let counter = counter
    self = Secret(hash(value, 0), hash(value, 1))
    self.counter = counter
  }

  /// A keyed hash of 16 bytes.
  func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    var v0 = key0 ^ 0x736f_6d65_7073_6575
    var v1 = key1 ^ 0x646f_7261_6e64_6f6d
    var v2 = key0 ^ 0x6c79_6765_6e65_7261
    var v3 = key1 ^ 0x7465_6462_7974_6573
    func round() {
      v0 &+= v1
      v1 = v1 << 13 | v1 >> 51
      v1 ^= v0
      v0 = v0 << 32 | v0 >> 32
      v2 &+= v3
      v3 = v3 << 16 | v3 >> 48
      v3 ^= v2
      v0 &+= v3
      v3 = v3 << 21 | v3 >> 43
      v3 ^= v0
      v2 &+= v1
      v1 = v1 << 17 | v1 >> 47
      v1 ^= v2
      v2 = v2 << 32 | v2 >> 32
    }
    func absorb(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }
    absorb(first)
    absorb(second)
    // The last word holds the length, 16, in its top byte.
    absorb(16 << 56)
    v2 ^= 0xff
    for _ in 0..<4 { round() }
    return v0 ^ v1 ^ v2 ^ v3
  }

  /// The next of a series of random numbers.
  mutating func random() -> UInt64 {
    counter &+= 1
    return hash(counter, 0x7261_6e64_6f6d)
  }

  /// A quick keyed hash, for tables: a peer that does not know the secret cannot choose addresses
  /// that fall together. Not good enough for anything that leaves the machine.
  @inline(__always)
  func tableHash(_ first: UInt64, _ second: UInt64) -> UInt32 {
    let product = (first ^ tableKey0).multipliedFullWidth(by: second ^ tableKey1)
    let mixed = product.high ^ product.low
    return UInt32(truncatingIfNeeded: mixed ^ mixed >> 32)
  }
}
