// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// Which clients hold which receive buffer, and how many buffers each client holds. The driver holds all others.
struct HolderTable: ~Copyable {
  // One word for each buffer, with a bit for each client.
  private let words: SharedWords
  private let bufferCount: Int
  private var held = InlineArray<64, UInt16>(repeating: 0)
  /// Number of buffers that clients hold. A buffer that several clients hold counts once for each.
  private(set) var total = 0
  // Buffers guaranteed to each client, and the total up to which a client may exceed its guarantee.
  private var share: Int
  private let common: Int

  /// An empty table. `words` must have one word for each buffer.
  init(_ words: SharedWords, bufferCount: Int) {
    self.words = words
    self.bufferCount = bufferCount
    share = bufferCount
    common = bufferCount &- bufferCount / 4
    for index in 0..<bufferCount { words[index] = 0 }
  }

  /// Reserves a quarter of all buffers, in equal shares, for `count` clients. The rest is first come, first served.
  mutating func setClientCount(_ count: Int) {
    share = max(bufferCount / (4 &* max(count, 1)), 1)
  }

  /// Whether no client holds the buffer.
  mutating func isWithDriver(_ index: Int) -> Bool { words[index] == 0 }

  /// Whether a client may get one more buffer while `others` clients get one each of the same frame.
  mutating func mayTake(_ client: Int, besides others: Int = 0) -> Bool {
    total &+ others < common || Int(held[client & 63]) < share
  }

  /// Whether clients hold so many buffers that the driver may have less than a quarter of them.
  var isShort: Bool { total >= common }

  /// Records that the client holds the buffer, which it must not hold already.
  mutating func lend(_ index: Int, to client: Int) {
    words[index] |= 1 &<< UInt64(truncatingIfNeeded: client)
    held[client & 63] &+= 1
    total &+= 1
  }

  /// Records that the client returned the buffer. False if it does not hold it.
  mutating func release(_ index: Int, by client: Int) -> Bool {
    let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: client)
    let word = words[index]
    guard word & bit != 0 else { return false }
    words[index] = word & ~bit
    held[client & 63] &-= 1
    total &-= 1
    return true
  }
}

#if !hasFeature(Embedded)
  extension HolderTable {
    /// What is wrong between the words and the counts; nil if nothing is. For tests.
    func checkInvariants() -> String? {
      var counts = [Int](repeating: 0, count: 64)
      for index in 0..<bufferCount {
        for client in 0..<64 where words[index] & 1 << UInt64(client) != 0 { counts[client] += 1 }
      }
      for client in 0..<64 where counts[client] != Int(held[client]) {
        return "client \(client) holds \(counts[client]) buffers, counted as \(held[client])"
      }
      let sum = counts.reduce(0, +)
      return sum == total ? nil : "clients hold \(sum) buffers, counted as \(total)"
    }

    /// Whether the client holds any buffer. For tests.
    func holdsAny(_ client: Int) -> Bool { held[client & 63] != 0 }

    /// The buffers that clients hold. For tests.
    func heldBuffers() -> Set<Int> { Set((0..<bufferCount).filter { words[$0] != 0 }) }
  }
#endif
