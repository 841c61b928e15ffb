// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A set of numbers of two bytes, such as those of a message's extensions. A peer decides how many there are, so that many take no
/// longer than few.
struct NumberSet {
  private var few: [Int] = []
  // A bit for each number, once there are many.
  private var many: [UInt64] = []

  func contains(_ number: Int) -> Bool {
    guard many.isEmpty else { return many[number >> 6] & 1 << UInt64(number & 63) != 0 }
    for other in few where other == number { return true }
    return false
  }

  /// Adds a number; false if it was there.
  mutating func insert(_ number: Int) -> Bool {
    guard !contains(number) else { return false }
    guard many.isEmpty else {
      many[number >> 6] |= 1 << UInt64(number & 63)
      return true
    }
    few.append(number)
    guard few.count > 32 else { return true }
    many = [UInt64](repeating: 0, count: 1024)
    for other in few { many[other >> 6] |= 1 << UInt64(other & 63) }
    return true
  }
}
