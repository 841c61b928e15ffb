// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// Which clients have which buffer, and how many each has. A buffer that no client has is with the driver.
struct HolderTable {
  // A bit for each client in the word of each buffer.
  private let words: SharedWords
  private let bufferCount: Int
  private var held = InlineArray<64, UInt16>(repeating: 0)
  private var total = 0
  var clientCount = 0

  /// Nil where there is not a word for each buffer.
  init?(_ words: SharedWords, bufferCount: Int) {
    guard words.count >= bufferCount else { return nil }
    self.words = words
    self.bufferCount = bufferCount
    for index in 0..<bufferCount { words[index] = 0 }
  }

  func isWithDriver(_ index: Int) -> Bool { words[index] == 0 }

  /// Whether a client may have one more buffer: a quarter of all is shared out evenly and kept for each; the
  /// rest goes to whoever comes first.
  func mayTake(_ client: Int) -> Bool {
    let share = max(bufferCount / (4 &* max(clientCount, 1)), 1)
    return Int(held[client & 63]) < share || total < bufferCount &- bufferCount / 4
  }

  mutating func take(_ index: Int, by client: Int) {
    words[index] |= 1 &<< UInt64(client & 63)
    held[client & 63] &+= 1
    total &+= 1
  }

  /// False where the client does not have the buffer.
  mutating func release(_ index: Int, by client: Int) -> Bool {
    let bit: UInt64 = 1 &<< UInt64(client & 63)
    guard words[index] & bit != 0 else { return false }
    words[index] &= ~bit
    held[client & 63] &-= 1
    total &-= 1
    return true
  }
}
