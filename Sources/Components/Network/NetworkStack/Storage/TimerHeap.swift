// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Time

/// A heap of wake-ups: the earliest is at hand, a change costs a logarithm.
///
/// An entry promises to look at its owner by then; the owner's true deadline may have moved to
/// later. A deadline that only moves later, as TCP's does with each packet, costs nothing.
struct TimerHeap: ~Copyable {
  struct Entry: BitwiseCopyable {
    var moment = Instant.never
    var owner: Int32 = 0
  }

  private var entries: FixedArray<Entry>
  // Each owner's position in the heap; -1 for none.
  private var places: FixedArray<Int32>
  private var count = 0

  init(limit: Int) {
    entries = FixedArray(count: limit, repeating: Entry())
    places = FixedArray(count: limit, repeating: -1)
  }

  /// The earliest entry.
  var first: Entry? { count == 0 ? nil : entries[0] }

  /// Moves the first entry to a later time; `never` removes it.
  mutating func postponeFirst(to moment: Instant) {
    guard count > 0 else { return }
    if moment == .never { return remove(Int(entries[0].owner)) }
    entries[0].moment = .max(moment, entries[0].moment)
    sink(0)
  }

  /// Ensures that `owner` is looked at by `moment`.
  @inline(__always)
  mutating func wake(_ owner: Int, by moment: Instant) {
    let place = Int(places[owner])
    if place >= 0 {
      guard moment < entries[place].moment else { return }
      entries[place].moment = moment
      rise(place)
    } else if moment < .never {
      add(owner, moment)
    }
  }

  private mutating func add(_ owner: Int, _ moment: Instant) {
    entries[count] = Entry(moment: moment, owner: Int32(truncatingIfNeeded: owner))
    places[owner] = Int32(truncatingIfNeeded: count)
    count &+= 1
    rise(count &- 1)
  }

  /// Removes an entry whose time has come, and returns its owner.
  mutating func pop(now: Instant) -> Int? {
    guard count > 0, entries[0].moment <= now else { return nil }
    let owner = Int(entries[0].owner)
    remove(owner)
    return owner
  }

  mutating func remove(_ owner: Int) {
    let place = Int(places[owner])
    guard place >= 0 else { return }
    places[owner] = -1
    count &-= 1
    guard place < count else { return }
    put(entries[count], at: place)
    sink(place)
    rise(place)
  }

  private mutating func put(_ entry: Entry, at place: Int) {
    entries[place] = entry
    places[Int(entry.owner)] = Int32(truncatingIfNeeded: place)
  }

  private mutating func rise(_ start: Int) {
    var place = start
    let entry = entries[place]
    while place > 0 {
      let parent = (place &- 1) / 2
      guard entry.moment < entries[parent].moment else { break }
      put(entries[parent], at: place)
      place = parent
    }
    put(entry, at: place)
  }

  private mutating func sink(_ start: Int) {
    var place = start
    let entry = entries[place]
    while true {
      var child = 2 &* place &+ 1
      guard child < count else { break }
      if child &+ 1 < count, entries[child &+ 1].moment < entries[child].moment { child &+= 1 }
      guard entries[child].moment < entry.moment else { break }
      put(entries[child], at: place)
      place = child
    }
    put(entry, at: place)
  }
}

#if !hasFeature(Embedded)
  extension TimerHeap {
    /// When `owner` is looked at; `never` if it has no entry.
    func moment(of owner: Int) -> Instant {
      places[owner] < 0 ? .never : entries[Int(places[owner])].moment
    }

    /// What is wrong with the heap; nil if nothing is.
    func checkInvariants() -> String? {
      for place in 0..<count {
        let entry = entries[place]
        guard Int(places[Int(entry.owner)]) == place else {
          return "timer \(entry.owner) is not where its owner's place says"
        }
        guard place == 0 || entries[(place - 1) / 2].moment <= entry.moment else {
          return "timer \(entry.owner) is earlier than its parent in the heap"
        }
      }
      var owners = 0
      for owner in 0..<places.count where places[owner] >= 0 { owners += 1 }
      return owners == count ? nil : "\(owners) owners have a place among \(count) timers"
    }
  }
#endif
