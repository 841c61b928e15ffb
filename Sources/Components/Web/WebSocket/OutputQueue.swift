// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Bytes that wait to be sent.
struct OutputQueue: Sendable {
  private var bytes: [UInt8] = []
  private var start = 0

  var count: Int { bytes.count - start }

  func with<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    body(bytes.span.extracting(start..<bytes.count))
  }

  mutating func append(_ opcode: Opcode, _ payload: Span<UInt8>) {
    bytes.append(headerOf: opcode, byteCount: payload.count)
    bytes.append(copying: payload)
  }

  mutating func drop(_ count: Int) {
    start += min(max(count, 0), self.count)
    if start == bytes.count {
      // A large queue gives its memory back.
      bytes.removeAll(keepingCapacity: bytes.count <= 4096)
      start = 0
    } else if start >= 4096, start >= bytes.count / 2 {
      bytes.removeFirst(bytes: start)
      start = 0
    }
  }
}
