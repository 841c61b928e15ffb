// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A hash table of indices below a limit, with chaining. A chain has two elements on average.
struct HashChains: ~Copyable {
  private var heads: FixedArray<Int32>
  private var next: FixedArray<Int32>
  private let mask: UInt32

  init(limit: Int) {
    var size = 8
    while size < limit, size < 1 << 24 { size &*= 2 }
    heads = FixedArray(count: size, repeating: -1)
    next = FixedArray(count: limit, repeating: -1)
    mask = UInt32(truncatingIfNeeded: size &- 1)
  }

  /// The first index in the chain of `hash`; -1 if it is empty.
  @inline(__always)
  func first(_ hash: UInt32) -> Int { Int(heads[Int(hash & mask)]) }

  @inline(__always)
  func after(_ index: Int) -> Int { Int(next[index]) }

  mutating func insert(_ index: Int, _ hash: UInt32) {
    let slot = Int(hash & mask)
    next[index] = heads[slot]
    heads[slot] = Int32(truncatingIfNeeded: index)
  }

  mutating func remove(_ index: Int, _ hash: UInt32) {
    let slot = Int(hash & mask)
    var current = Int(heads[slot])
    guard current != index else {
      heads[slot] = next[index]
      return
    }
    while current >= 0 {
      let following = Int(next[current])
      if following == index {
        next[current] = next[index]
        return
      }
      current = following
    }
  }
}

#if !hasFeature(Embedded)
  extension HashChains {
    /// What is wrong if the chains do not hold exactly `hashes`, by index; nil if they do.
    func checkInvariants(_ hashes: [Int: UInt32]) -> String? {
      var found = 0
      for slot in 0..<heads.count {
        var current = Int(heads[slot])
        while current >= 0 {
          guard let hash = hashes[current], Int(hash & mask) == slot else {
            return "index \(current) is in chain \(slot)"
          }
          found += 1
          guard found <= hashes.count else { return "chain \(slot) has an index twice" }
          current = Int(next[current])
        }
      }
      return found == hashes.count ? nil : "\(hashes.count - found) indices are in no chain"
    }
  }
#endif
