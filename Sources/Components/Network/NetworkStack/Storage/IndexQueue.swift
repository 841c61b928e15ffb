// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A FIFO of indices below a limit, each in it at most once.
///
/// An index that no longer waits has to be removed: its slot's next user would inherit the
/// position.
struct IndexQueue: ~Copyable {
  // `next` is `outside` for indices not in the queue; -1 stands for none.
  private struct Place: BitwiseCopyable {
    var next: Int32 = IndexQueue.outside
    var previous: Int32 = -1
  }

  private var places: FixedArray<Place>
  private var head: Int32 = -1
  private var tail: Int32 = -1
  private(set) var count = 0
  private static var outside: Int32 { -2 }

  init(limit: Int) { places = FixedArray(count: limit, repeating: Place()) }

  @inline(__always)
  var isEmpty: Bool { head < 0 }

  /// The first index.
  @inline(__always)
  var first: Int? { head < 0 ? nil : Int(head) }

  @inline(__always)
  func contains(_ index: Int) -> Bool { places[index].next != IndexQueue.outside }

  /// Appends `index`, unless it is in the queue.
  @inline(__always)
  mutating func push(_ index: Int) {
    guard !contains(index) else { return }
    places[index] = Place(next: -1, previous: tail)
    let entry = Int32(truncatingIfNeeded: index)
    if tail >= 0 { places[Int(tail)].next = entry } else { head = entry }
    tail = entry
    count &+= 1
  }

  @inline(__always)
  mutating func pop() -> Int? {
    guard let index = first else { return nil }
    head = places[index].next
    if head >= 0 { places[Int(head)].previous = -1 } else { tail = -1 }
    places[index].next = IndexQueue.outside
    count &-= 1
    return index
  }

  /// Removes `index` if it is in the queue.
  @inline(__always)
  mutating func remove(_ index: Int) {
    if contains(index) { unlink(index) }
  }

  @inline(never)
  private mutating func unlink(_ index: Int) {
    let place = places[index]
    if place.previous >= 0 {
      places[Int(place.previous)].next = place.next
    } else {
      head = place.next
    }
    if place.next >= 0 {
      places[Int(place.next)].previous = place.previous
    } else {
      tail = place.previous
    }
    places[index].next = IndexQueue.outside
    count &-= 1
  }
}

#if !hasFeature(Embedded)
  extension IndexQueue {
    /// The queue's indices in order; nil if the links are broken.
    func checkedIndices() -> [Int]? {
      var indices: [Int] = []
      var (previous, current) = (Int32(-1), head)
      while current >= 0 {
        guard indices.count < places.count, places[Int(current)].previous == previous else {
          return nil
        }
        indices.append(Int(current))
        (previous, current) = (current, places[Int(current)].next)
      }
      var outside = 0
      for index in 0..<places.count where !contains(index) { outside += 1 }
      guard current == -1, tail == previous, indices.count == count,
        outside == places.count - count
      else { return nil }
      return indices
    }
  }
#endif
