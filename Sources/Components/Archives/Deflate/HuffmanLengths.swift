// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Finds the lengths of optimal prefix codes with a limit, for up to 288 symbols.
struct HuffmanLengths {
  /// The symbols in use by frequency: the symbol in the lowest 16 bits, the frequency above.
  let sorted: MaskedTable<UInt32>
  /// Frequencies, then parents, then depths of the tree's nodes.
  let nodes: MaskedTable<UInt32>

  /// Finds code lengths of up to `limit` bits (at most 15) for `count` symbols; 0 for one that does not occur. At least two
  /// symbols get a code, as some decoders want.
  func find(
    _ frequencies: MaskedTable<UInt16>, _ lengths: MaskedTable<UInt16>, from start: Int, count: Int,
    limit: Int
  ) {
    var used = 0
    for symbol in 0..<count {
      lengths[start + symbol] = 0
      let frequency = UInt32(frequencies[start + symbol])
      if frequency == 0 { continue }
      sorted[used] = frequency << 16 | UInt32(symbol)
      used += 1
    }
    for symbol in 0..<2 where used < 2 && frequencies[start + symbol] == 0 {
      sorted[used] = 1 << 16 | UInt32(symbol)
      used += 1
    }
    sort(used)
    for index in 0..<used { nodes[index] = sorted[index] >> 16 }
    findDepths(used)
    var counts = countLengths(used, limit)
    // The longest codes for the rarest symbols.
    var length = limit
    for index in 0..<used {
      while counts[length] == 0, length > 1 { length -= 1 }
      counts[length] &-= 1
      lengths[start + Int(sorted[index] & 0xffff)] = UInt16(length)
    }
  }

  /// Shell's sort with Ciura's gaps.
  private func sort(_ count: Int) {
    let gaps: InlineArray<6, Int> = [132, 57, 23, 10, 4, 1]
    for step in gaps.indices where gaps[step] < count {
      let gap = gaps[step]
      for index in gap..<count {
        let value = sorted[index]
        var place = index
        while place >= gap, sorted[place &- gap] > value {
          sorted[place] = sorted[place &- gap]
          place &-= gap
        }
        sorted[place] = value
      }
    }
  }

  /// Turns ascending frequencies into the depths of the tree's inner nodes, in place (Moffat and Katajainen,
  /// "In-place calculation of minimum-redundancy codes", 1995).
  private func findDepths(_ count: Int) {
    // The next leaf, and the next inner node without a parent.
    var leaf = 0
    var root = 0
    for next in 0..<count &- 1 {
      var sum: UInt32 = 0
      for _ in 0..<2 {
        if leaf >= count || root < next && nodes[root] < nodes[leaf] {
          sum &+= nodes[root]
          nodes[root] = UInt32(next)
          root &+= 1
        } else {
          sum &+= nodes[leaf]
          leaf &+= 1
        }
      }
      nodes[next] = sum
    }
    nodes[count &- 2] = 0
    var index = count &- 3
    while index >= 0 {
      nodes[index] = nodes[Int(nodes[index])] &+ 1
      index &-= 1
    }
  }

  /// How many leaves there are at each depth, after those below `limit` were moved up.
  private func countLengths(_ count: Int, _ limit: Int) -> InlineArray<16, Int> {
    var counts = InlineArray<16, Int>(repeating: 0)
    var depth = 0
    var available = 1
    var node = count &- 2
    // In units of a code of `limit` bits.
    var space = 0
    while available > 0 {
      var inner = 0
      while node >= 0, nodes[node] == UInt32(depth) {
        inner &+= 1
        node &-= 1
      }
      let length = min(depth, limit)
      counts[length] &+= available &- inner
      space &+= (available &- inner) &<< (limit &- length)
      available = 2 &* inner
      depth &+= 1
    }
    // Too many codes of `limit` bits: each step lengthens a shorter code, beside which one of them finds a place.
    while space > 1 << limit {
      var length = limit - 1
      while counts[length] == 0, length > 1 { length -= 1 }
      counts[length] &-= 1
      counts[length + 1] &+= 2
      counts[limit] &-= 1
      space &-= 1
    }
    return counts
  }
}
