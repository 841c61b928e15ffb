// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem
import Testing

@Suite struct SharePoolTests {
  @Test func buffers() {
    var pool = SharePool(share: 100, bufferByteCount: 32, limit: 10)
    let buffers = (0..<3).compactMap { _ in pool.allocate() }
    #expect(buffers.map(\.offset) == [0, 32, 64] && pool.allocate() == nil)
    var shortened = buffers[1]
    shortened.byteCount = 3
    pool.give(shortened)
    #expect(pool.freeCount == 1 && pool.allocate() == buffers[1])
    #expect(SharePool(share: 1 << 30, bufferByteCount: 1, limit: 7).freeCount == 7)
  }
}
