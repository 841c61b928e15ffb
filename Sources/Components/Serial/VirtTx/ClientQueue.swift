// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Rings

/// A queue of clients, each in it at most once.
struct ClientQueue {
  private var order = InlineArray<64, UInt8>(repeating: 0)
  private var start = 0
  private var count = 0
  private var members = IndexSet64()

  var isEmpty: Bool { count == 0 }

  /// The client that has waited longest. Mutating, because reading an element of an immutable value's array copies the
  /// array first.
  var first: Int? { mutating get { count == 0 ? nil : Int(order[start & 63]) } }

  /// Appends a client unless it is in the queue already.
  mutating func append(_ client: Int) {
    guard client >= 0, client < 64, !members.contains(client) else { return }
    members.insert(client)
    order[(start &+ count) & 63] = UInt8(truncatingIfNeeded: client)
    count &+= 1
  }

  /// Removes the client that has waited longest.
  mutating func removeFirst() {
    guard let first else { return }
    members.remove(first)
    start = (start &+ 1) & 63
    count &-= 1
  }
}

#if !hasFeature(Embedded)
  extension ClientQueue {
    /// What is wrong between the order and the set of members; nil if nothing is. For tests.
    func checkInvariants() -> String? {
      let queued = (0..<count).map { Int(order[(start + $0) & 63]) }
      return queued.sorted() == members.numbers
        ? nil : "\(queued) are queued, and \(members.numbers) are members"
    }
  }
#endif
