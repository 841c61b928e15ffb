// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Slots in the order of their last use: a list in both directions, so that none has to be searched for.
struct UseOrder: Sendable {
  // By slot; -1 at the ends of the list, and for slots outside it.
  private var older: [Int32]
  private var newer: [Int32]
  private var last: Int32 = -1
  /// The slot whose last use is longest ago; nil if the list is empty.
  private(set) var oldest: Int?

  /// An empty list for slots below `capacity`.
  init(capacity: Int) {
    older = [Int32](repeating: -1, count: capacity)
    newer = older
  }

  /// The slot that was used next after `slot`.
  func next(after slot: Int) -> Int? { newer[slot] < 0 ? nil : Int(newer[slot]) }

  /// Adds a slot that is not in the list, as the one that was used last.
  mutating func add(_ slot: Int) {
    older[slot] = last
    newer[slot] = -1
    if last >= 0 { newer[Int(last)] = Int32(slot) } else { oldest = slot }
    last = Int32(slot)
  }

  /// Removes a slot that is in the list.
  mutating func remove(_ slot: Int) {
    let (before, after) = (older[slot], newer[slot])
    if before >= 0 { newer[Int(before)] = after } else { oldest = after < 0 ? nil : Int(after) }
    if after >= 0 { older[Int(after)] = before } else { last = before }
    (older[slot], newer[slot]) = (-1, -1)
  }

  /// Makes a slot of the list the one that was used last.
  mutating func use(_ slot: Int) {
    guard last != Int32(slot) else { return }
    remove(slot)
    add(slot)
  }

  #if !hasFeature(Embedded)
    /// The slots from the oldest to the newest; nil if the list is damaged. For tests.
    var checkedSlots: [Int]? {
      var slots: [Int] = []
      var before: Int32 = -1
      var next = oldest
      while let slot = next {
        guard slots.count < older.count, older[slot] == before else { return nil }
        slots.append(slot)
        before = Int32(slot)
        next = self.next(after: slot)
      }
      return last == before ? slots : nil
    }
  #endif
}
