// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import EntropyProtocol

/// Random bytes from the `entropy` service, for keys and for other values that must not be guessed.
public enum RandomBytes {
  // Safety of both: a protection domain has one thread. A restart clears them.
  nonisolated(unsafe) private static var seed = EntropyClient.Seed(repeating: 0)
  nonisolated(unsafe) private static var used = byteCount
  /// Bytes of a seed.
  private static var byteCount: Int { 32 }

  /// The next byte. One call of the service serves 32; each is given once, and overwritten then.
  static func next(_ client: EntropyClient) throws(EntropyRefusal) -> UInt8 {
    if unsafe used >= byteCount {
      unsafe seed = try client.seed()
      unsafe used = 0
    }
    let (word, byte) = unsafe (used / 8, UInt64(used % 8))
    unsafe used &+= 1
    defer { unsafe seed[word] &= ~(0xff &<< (8 &* byte)) }
    return unsafe UInt8(truncatingIfNeeded: seed[word] &>> (8 &* byte))
  }

  /// Fills `bytes`. If this throws, none of them may be used.
  public static func fill(_ bytes: inout MutableSpan<UInt8>) throws(EntropyRefusal) {
    guard let client = EntropyClient() else { throw .noDevice }
    for index in bytes.indices { bytes[index] = try next(client) }
  }
}

// Called by arc4random_buf in heap.c.
@_cdecl("serval_random_bytes")
func randomBytes(_ start: UnsafeMutableRawPointer, _ count: Int) -> Bool {
  // Safety: the caller vouches for `count` bytes.
  var bytes = unsafe MutableSpan<UInt8>(
    _unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: max(count, 0))
  do throws(EntropyRefusal) {
    try RandomBytes.fill(&bytes)
    return true
  } catch {
    return false
  }
}
