// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A set of numbers from 0 to 63, in one word: a server's clients or other channels, by their identifiers.
public struct IndexSet64: Equatable, Sendable {
  /// Bit n is set if n is in the set.
  public private(set) var bits: UInt64

  /// The numbers whose bits are set; none by default.
  public init(bits: UInt64 = 0) { self.bits = bits }

  /// Whether nothing is in the set.
  public var isEmpty: Bool { bits == 0 }

  /// Whether `index` is in the set; false for numbers outside 0 to 63.
  public func contains(_ index: Int) -> Bool {
    index >= 0 && index < 64 && bits &>> UInt64(index) & 1 != 0
  }
  /// Adds `index`; numbers outside 0 to 63 are ignored.
  public mutating func insert(_ index: Int) {
    if index >= 0 && index < 64 { bits |= 1 &<< UInt64(index) }
  }
  /// Removes `index`; numbers outside 0 to 63 are ignored.
  public mutating func remove(_ index: Int) {
    if index >= 0 && index < 64 { bits &= ~(1 &<< UInt64(index)) }
  }

  /// The numbers that are in both sets.
  public func intersection(_ other: IndexSet64) -> IndexSet64 {
    IndexSet64(bits: bits & other.bits)
  }

  /// The numbers that are in either set.
  public func union(_ other: IndexSet64) -> IndexSet64 { IndexSet64(bits: bits | other.bits) }

  /// Removes the lowest number and returns it; nil if the set is empty.
  public mutating func popFirst() -> Int? {
    guard bits != 0 else { return nil }
    let first = bits.trailingZeroBitCount
    bits &= bits &- 1
    return first
  }
}

#if !hasFeature(Embedded)
  extension IndexSet64 {
    /// The members in ascending order. For tests.
    package var numbers: [Int] { (0..<64).filter { contains($0) } }
  }
#endif
