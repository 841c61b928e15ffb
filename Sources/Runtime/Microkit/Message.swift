// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// What goes with a protected call and comes back: a label and up to 120 words.
///
/// The first four words travel in registers; the others are in the IPC buffer, where `word(_:)` and
/// `setWord(_:_:)` find them until the next system call.
public struct Message: Equatable, Sendable {
  /// Words that a message can have.
  public static var capacity: Int { Int(CMICROKIT_MESSAGE_CAPACITY) }

  public var label: UInt64
  /// Number of words, 0 to 120.
  public let count: Int
  public var word0: UInt64
  public var word1: UInt64
  public var word2: UInt64
  public var word3: UInt64

  public init(
    label: UInt64 = 0, count: Int = 0, _ word0: UInt64 = 0, _ word1: UInt64 = 0,
    _ word2: UInt64 = 0, _ word3: UInt64 = 0
  ) {
    self.label = label
    self.count = count < 0 ? 0 : (count > Self.capacity ? Self.capacity : count)
    (self.word0, self.word1, self.word2, self.word3) = (word0, word1, word2, word3)
  }

  /// The answer to a call that means nothing here: a label that no protocol uses.
  public static var refused: Message { Message(label: (1 << 52) - 1) }

  /// A word of a message that has just been received; 0 beyond its end.
  public func word(_ index: Int) -> UInt64 {
    guard index >= 0, index < count else { return 0 }
    switch index {
    case 0: return word0
    case 1: return word1
    case 2: return word2
    case 3: return word3
    // The index is below 120, so that the load stays in the IPC buffer.
    default: return cmicrokit_ipc_word(UInt64(truncatingIfNeeded: index))
    }
  }

  /// Sets a word of a message that is about to be sent; beyond its end nothing happens.
  public mutating func setWord(_ index: Int, _ value: UInt64) {
    guard index >= 0, index < count else { return }
    switch index {
    case 0: word0 = value
    case 1: word1 = value
    case 2: word2 = value
    case 3: word3 = value
    // The index is below 120, so that the store stays in the IPC buffer.
    default: cmicrokit_set_ipc_word(UInt64(truncatingIfNeeded: index), value)
    }
  }
}

extension Message {
  /// As the kernel has it: length in bits 0 to 6, label from bit 12 (sel4/shared_types.h).
  var raw: cmicrokit_message {
    cmicrokit_message(
      badge: 0, info: UInt64(truncatingIfNeeded: count) | label &<< CMICROKIT_LABEL_SHIFT,
      words: (word0, word1, word2, word3))
  }

  init(_ raw: cmicrokit_message) {
    self.init(
      label: raw.info &>> CMICROKIT_LABEL_SHIFT, count: Int(truncatingIfNeeded: raw.info & 0x7f),
      raw.words.0,
      raw.words.1, raw.words.2, raw.words.3)
  }
}
