// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CCryptography

/// A hash of bytes that come one after the other. A copy is independent: a transcript's hash so far is
/// `var copy = transcript; copy.finish(into: &digest)`.
public struct HashState: Sendable {
  /// The function whose state it is.
  public let function: HashFunction
  var state = ccryptography_hash()

  /// The hash of no bytes.
  public init(_ function: HashFunction) {
    self.function = function
    start(function)
  }

  /// Adds `bytes` at the end.
  public mutating func update(_ bytes: Span<UInt8>) { add(bytes) }

  /// Writes the digest to the first `function.byteCount` bytes of `digest`. Then only `wipe` and `restart` have a meaning.
  public mutating func finish(into digest: inout MutableSpan<UInt8>) {
    precondition(digest.count >= function.byteCount, "the buffer is shorter than the digest")
    write(&digest)
  }

  /// Starts again with no bytes.
  public mutating func restart() { start(function) }

  /// Overwrites the state, if what was hashed is a secret. Then only `restart` has a meaning.
  public mutating func wipe() { clear() }
}
