// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// `nfs_fh3`: 1 to 64 opaque bytes by which a server identifies a file (RFC 1813 section 2.5).
public struct FileHandle: Equatable, Sendable {
  /// As the server sent them.
  public let bytes: [UInt8]
  /// FNV-1a of the bytes, for caches. It does not resist chosen handles.
  let hash: UInt64

  /// Nil unless `bytes` has 1 to 64 elements.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= 1, bytes.count <= 64 else { return nil }
    self.bytes = bytes
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    self.hash = hash
  }

  /// Whether both have the same bytes.
  public static func == (left: FileHandle, right: FileHandle) -> Bool {
    left.hash == right.hash && left.bytes.span.equals(right.bytes.span)
  }
}
