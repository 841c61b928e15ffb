// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Who waits for something, first come first served: numbers below a limit, each there once at
/// most.
struct IndexQueue: ~Copyable {
  // The one behind; `outside` for those not in the queue, `last` for the last.
  private var next: FixedArray<Int32>
  private var head: Int32 = -1
  private var tail: Int32 = -1
  private static var outside: Int32 { -2 }

  init(limit: Int) { next = FixedArray(count: limit, repeating: IndexQueue.outside) }

  var isEmpty: Bool { head < 0 }

  /// Puts `index` last, unless it is in the queue.
  @inline(__always)
  mutating func push(_ index: Int) {
    guard next[index] == IndexQueue.outside else { return }
    next[index] = -1
    let entry = Int32(truncatingIfNeeded: index)
    if tail >= 0 { next[Int(tail)] = entry } else { head = entry }
    tail = entry
  }

  @inline(__always)
  mutating func pop() -> Int? {
    guard head >= 0 else { return nil }
    let index = Int(head)
    head = next[index]
    if head < 0 { tail = -1 }
    next[index] = IndexQueue.outside
    return index
  }
}
