// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// The message of a protected call or its reply: a label and up to 120 words.
///
/// The first four words are in registers. The others are in the IPC buffer, which `word(_:)` and `setWord(_:_:)`
/// access, and stay there until the next system call.
public struct Message: Equatable, Sendable {
  /// The largest number of words, 120.
  public static var capacity: Int { Int(CMICROKIT_MESSAGE_CAPACITY) }

  /// What is asked, or the kernel's kind of fault: 52 bits.
  public var label: UInt64
  /// Number of words, 0 to 120.
  public let count: Int
  /// Word 0, in a register.
  public var word0: UInt64
  /// Word 1, in a register.
  public var word1: UInt64
  /// Word 2, in a register.
  public var word2: UInt64
  /// Word 3, in a register.
  public var word3: UInt64

  /// A message of `count` words, clamped to 0...120. Words from 4 on are set with `setWord(_:_:)`.
  public init(
    label: UInt64 = 0, count: Int = 0, _ word0: UInt64 = 0, _ word1: UInt64 = 0,
    _ word2: UInt64 = 0, _ word3: UInt64 = 0
  ) {
    self.label = label
    self.count = count < 0 ? 0 : (count > Self.capacity ? Self.capacity : count)
    (self.word0, self.word1, self.word2, self.word3) = (word0, word1, word2, word3)
  }

  /// The reply to an unknown call: a label that no protocol uses.
  public static var refused: Message { Message(label: (1 << 52) - 1) }

  /// A word of the message received last; 0 beyond its end.
  public func word(_ index: Int) -> UInt64 {
    guard index >= 0, index < count else { return 0 }
    switch index {
    case 0: return word0
    case 1: return word1
    case 2: return word2
    case 3: return word3
    // The index is less than 120, so the load stays in the IPC buffer.
    default: return cmicrokit_ipc_word(UInt64(truncatingIfNeeded: index))
    }
  }

  /// Sets a word of the message to send next; does nothing beyond its end.
  public mutating func setWord(_ index: Int, _ value: UInt64) {
    guard index >= 0, index < count else { return }
    switch index {
    case 0: word0 = value
    case 1: word1 = value
    case 2: word2 = value
    case 3: word3 = value
    // The index is less than 120, so the store stays in the IPC buffer.
    default: cmicrokit_set_ipc_word(UInt64(truncatingIfNeeded: index), value)
    }
  }
}

extension Message {
  /// The kernel's form: length in bits 0 to 6, label from bit 12 on (sel4/shared_types.h).
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
