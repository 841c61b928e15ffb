// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography

/// Secret bytes, at most 48. They lie in one place on the heap, and are wiped when the last reference goes.
final class Secret {
  private var storage = Storage()
  let count: Int

  /// A secret of `count` bytes, which `fill` writes.
  init(_ count: Int, _ fill: (inout MutableSpan<UInt8>) -> Void) {
    self.count = count
    storage.withMutableBytes(count, fill)
  }

  /// A copy of bytes, which the caller wipes.
  convenience init(copying bytes: Span<UInt8>) {
    self.init(bytes.count) { _ = $0.copy(bytes) }
  }

  deinit {
    storage.withMutableBytes(count) { wipe(&$0) }
  }

  @inline(__always)
  func withBytes<Result: ~Copyable>(_ body: (Span<UInt8>) -> Result) -> Result {
    storage.withBytes(count, body)
  }

  /// Lends the bytes to `body`, which may change them.
  func withMutableBytes<Result>(_ body: (inout MutableSpan<UInt8>) -> Result) -> Result {
    storage.withMutableBytes(count, body)
  }

  // A structure, as spans of a class's own fields cannot be lent; one without copies, as these would stay on the stack.
  private struct Storage: ~Copyable {
    private var bytes = InlineArray<48, UInt8>(repeating: 0)

    @inline(__always)
    func withBytes<Result: ~Copyable>(
      _ count: Int, _ body: (Span<UInt8>) -> Result
    ) -> Result {
      body(bytes.span.extracting(0..<count))
    }

    mutating func withMutableBytes<Result>(
      _ count: Int, _ body: (inout MutableSpan<UInt8>) -> Result
    ) -> Result {
      var all = bytes.mutableSpan
      var span = all._mutatingExtracting(0..<count)
      return body(&span)
    }
  }
}
