// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The clients' MAC addresses, at most 256 in all.
struct AddressTable: ~Copyable {
  // Upper 48 bits: the address, with the first byte on the wire lowest. Lower 16 bits: the client.
  private var entries = InlineArray<256, UInt64>(repeating: 0)
  private var count = 0

  static var broadcast: UInt64 { 0xffff_ffff_ffff }

  /// Adds an address; false if the table is full.
  mutating func add(_ address: UInt64, client: Int) -> Bool {
    guard count < 256 else { return false }
    entries[count] = address &<< 16 | UInt64(truncatingIfNeeded: client)
    count &+= 1
    return true
  }

  /// The client that an address belongs to; nil if none has it.
  mutating func client(of address: UInt64) -> Int? {
    // Mutating so that the compiler reads the element in place instead of copying the whole array first. The same
    // holds in the other tables.
    for index in 0..<count where entries[index] &>> 16 == address {
      return Int(entries[index] & 0xffff)
    }
    return nil
  }
}
