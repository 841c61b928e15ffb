// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Which client has which MAC address: 256 addresses in all.
struct AddressTable: ~Copyable {
  // An address in the upper 48 bits, lowest byte first as on the wire, and a client in the lowest 16.
  private var entries = InlineArray<256, UInt64>(repeating: 0)
  private var count = 0

  static var broadcast: UInt64 { 0xffff_ffff_ffff }

  /// False where there is no place left.
  mutating func add(_ address: UInt64, client: Int) -> Bool {
    guard count < 256 else { return false }
    entries[count] = address &<< 16 | UInt64(truncatingIfNeeded: client)
    count &+= 1
    return true
  }

  // Mutating only so that the compiler reads the element in place, and does not copy all of them first; so
  // in the other tables.
  mutating func client(of address: UInt64) -> Int? {
    for index in 0..<count where entries[index] &>> 16 == address {
      return Int(entries[index] & 0xffff)
    }
    return nil
  }
}
