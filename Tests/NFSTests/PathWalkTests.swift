// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NFSTestSupport
import Testing

@testable import NFS

@Suite struct PathWalkTests {
  /// A server whose directory contains itself, and whose links have the maximum length and number: no counter of the
  /// walk may overflow.
  @Test func aWalkThroughDeepLinks() throws {
    let root = try #require(FileHandle([1, 2, 3, 4]))
    let deep = bytes("a" + String(repeating: "/a", count: 2046))
    var walk = PathWalk(bytes("/s" + String(repeating: "/a", count: 40)))
    walk.here = root
    for _ in 0..<16 {
      while let range = walk.nextName() { _ = walk.pass(range) }
      _ = walk.follow(deep, root: root, from: root, limit: 16, inside: bytes("/s"))
    }
    while let range = walk.nextName() { _ = walk.pass(range) }
    #expect(walk.nextName() == nil)
  }
}
