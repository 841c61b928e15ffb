// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography

/// Secret bytes. They lie in one place on the heap, and are wiped when the last reference goes.
final class Secret {
  private var storage: Storage

  /// A secret of `count` bytes, which `fill` writes.
  init(_ count: Int, _ fill: (inout MutableSpan<UInt8>) -> Void) {
    storage = Storage(bytes: [UInt8](repeating: 0, count: count))
    storage.withMutableBytes(fill)
  }

  /// A copy of bytes, which the caller wipes.
  convenience init(copying bytes: Span<UInt8>) {
    self.init(bytes.count) { _ = $0.copy(bytes) }
  }

  deinit {
    storage.withMutableBytes { wipe(&$0) }
  }

  var count: Int { storage.bytes.count }

  @inline(__always)
  func withBytes<Result: ~Copyable>(_ body: (Span<UInt8>) -> Result) -> Result {
    storage.withBytes(body)
  }

  /// Lends the bytes to `body`, which may change them.
  func withMutableBytes<Result>(_ body: (inout MutableSpan<UInt8>) -> Result) -> Result {
    storage.withMutableBytes(body)
  }

  // A structure, as spans of a class's own fields cannot be lent.
  private struct Storage {
    var bytes: [UInt8]

    func withBytes<Result: ~Copyable>(_ body: (Span<UInt8>) -> Result) -> Result {
      body(bytes.span)
    }

    mutating func withMutableBytes<Result>(
      _ body: (inout MutableSpan<UInt8>) -> Result
    ) -> Result {
      var span = bytes.mutableSpan
      return body(&span)
    }
  }
}
