// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// Which clients have which buffer, and how many each has. A buffer that no client has is with the driver.
struct HolderTable: ~Copyable {
  // A bit for each client in the word of each buffer.
  private let words: SharedWords
  private let bufferCount: Int
  private var held = InlineArray<64, UInt16>(repeating: 0)
  /// How many buffers clients have; one that several have counts for each.
  private(set) var total = 0
  // What is kept for each client, and how many there may be out for a client that has that much.
  private var share: Int
  private let common: Int

  /// There must be a word for each buffer.
  init(_ words: SharedWords, bufferCount: Int) {
    self.words = words
    self.bufferCount = bufferCount
    share = bufferCount
    common = bufferCount &- bufferCount / 4
    for index in 0..<bufferCount { words[index] = 0 }
  }

  /// A quarter of all buffers is shared out evenly and kept for each; the rest goes to whoever comes first.
  mutating func setClientCount(_ count: Int) {
    share = max(bufferCount / (4 &* max(count, 1)), 1)
  }

  mutating func isWithDriver(_ index: Int) -> Bool { words[index] == 0 }

  /// Whether a client may have one more buffer, besides `others` that get one each.
  mutating func mayTake(_ client: Int, besides others: Int = 0) -> Bool {
    total &+ others < common || Int(held[client & 63]) < share
  }

  /// Whether the driver may have less than a quarter of all buffers.
  var isShort: Bool { total >= common }

  mutating func take(_ index: Int, by client: Int) {
    words[index] |= 1 &<< UInt64(truncatingIfNeeded: client)
    held[client & 63] &+= 1
    total &+= 1
  }

  /// False where the client does not have the buffer.
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
