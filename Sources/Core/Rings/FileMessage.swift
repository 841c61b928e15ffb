// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMemory

/// A command or completion of the LionsOS file protocol as a queue carries it: `fs_msg_t`
/// (lions/fs/protocol.h), eight little-endian words, 64 bytes.
public struct FileMessage: Equatable, Sendable {
  private var words: InlineArray<8, UInt64>

  /// A message of zeroes.
  public init() { words = InlineArray(repeating: 0) }

  /// The word at byte offset `8 * index`. Beyond the eighth word, reads return 0 and writes are dropped.
  public subscript(index: Int) -> UInt64 {
    get { index >= 0 && index < 8 ? words[index] : 0 }
    set { if index >= 0 && index < 8 { words[index] = newValue } }
  }

  /// Whether all eight words are equal.
  public static func == (left: FileMessage, right: FileMessage) -> Bool {
    for index in 0..<8 where left.words[index] != right.words[index] { return false }
    return true
  }
}

extension FileMessage: RingElement {
  /// Size of a message in bytes.
  public static var stride: Int { 64 }
  /// Alignment in bytes.
  public static var alignment: Int { 8 }

  // Safety of both: eight accesses of 8 bytes each, inside the 64 that the caller guarantees.

  /// Reads a message from a slot.
  @unsafe public static func load(from slot: UnsafeRawPointer) -> FileMessage {
    var message = FileMessage()
    for index in 0..<8 { unsafe message.words[index] = cmemory_load_64(slot + 8 * index) }
    return message
  }
  /// Writes a message to a slot.
  @unsafe public func store(to slot: UnsafeMutableRawPointer) {
    for index in 0..<8 { unsafe cmemory_store_64(slot + 8 * index, words[index]) }
  }
}
