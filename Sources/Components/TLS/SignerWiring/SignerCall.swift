// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records

/// The calls of a `signer`: messages with bytes, and nothing else that both could read.
public enum SignerCall {
  /// Asks for a signature: the bytes are a `SigningRequest`.
  public static var sign: UInt64 { 0 }
  /// Label of a reply with a signature.
  public static var signed: UInt64 { 0 }
  /// Label of a reply without: the request is not one, or not of a kind that the key signs.
  public static var refused: UInt64 { 1 }
}

extension Message {
  /// The most bytes that a message carries.
  public static var byteCapacity: Int { 8 * (capacity - 1) }

  /// A message with bytes: their number in word 0, and eight in each of the next words, the first one least significant.
  ///
  /// - Parameter bytes: at most `byteCapacity`; more are left out.
  public init(label: UInt64, bytes: Span<UInt8>) {
    let count = min(bytes.count, Self.byteCapacity)
    self.init(label: label, count: 1 + (count + 7) / 8, UInt64(count))
    for word in 1..<max(self.count, 1) {
      var value: UInt64 = 0
      for index in 8 * (word - 1)..<min(8 * word, count) {
        value |= UInt64(bytes[index]) << UInt64(8 * (index & 7))
      }
      setWord(word, value)
    }
  }

  /// Copies the bytes of the message received last to the start of `output`.
  ///
  /// - Returns: how many there are; nil if the message has another form, or they are more than `output` has.
  public func bytes(into output: inout MutableSpan<UInt8>) -> Int? {
    guard count > 0, word0 <= UInt64(Self.byteCapacity) else { return nil }
    let byteCount = Int(word0)
    guard byteCount <= output.count, count == 1 + (byteCount + 7) / 8 else { return nil }
    for index in 0..<byteCount {
      output[index] = UInt8(truncatingIfNeeded: word(1 + index / 8) >> UInt64(8 * (index & 7)))
    }
    return byteCount
  }
}
