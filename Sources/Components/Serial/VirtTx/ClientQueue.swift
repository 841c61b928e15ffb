// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// Clients in the order in which they came, each at most once.
struct ClientQueue {
  private var order = InlineArray<64, UInt8>(repeating: 0)
  private var start = 0
  private var count = 0
  private var members = ClientSet()

  /// Who has waited longest.
  var first: Int? { count == 0 ? nil : Int(order[start & 63]) }

  /// Puts a client at the end; nothing happens if it is in the queue already.
  mutating func append(_ client: Int) {
    guard client >= 0, client < 64, !members.contains(client) else { return }
    members.insert(client)
    order[(start &+ count) & 63] = UInt8(truncatingIfNeeded: client)
    count &+= 1
  }

  mutating func removeFirst() {
    guard let first else { return }
    members.remove(first)
    start = (start &+ 1) & 63
    count &-= 1
  }
}
