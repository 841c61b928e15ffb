// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A server's name for a file: 1 to 64 bytes that mean nothing to us (RFC 1813 section 2.5).
public struct FileHandle: Equatable, Sendable {
  public let bytes: [UInt8]
  /// FNV-1a over the bytes: for finding a place in a cache, not against an adversary.
  let hash: UInt64

  /// Nil unless there are 1 to 64 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= 1, bytes.count <= 64 else { return nil }
    self.bytes = bytes
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    self.hash = hash
  }

  public static func == (left: FileHandle, right: FileHandle) -> Bool {
    left.hash == right.hash && left.bytes.span.equals(right.bytes.span)
  }
}
