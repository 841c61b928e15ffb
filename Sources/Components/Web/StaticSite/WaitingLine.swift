// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Connections that found no room, first come first served. Each stands in it once, and whoever is gone, or has what
/// it waited for, is taken out: none is called in the place of one that waits.
///
/// Memory: 9 bytes for each number up to the highest connection that ever waited.
struct WaitingLine {
  private struct Place {
    var next: Int32 = -1
    var previous: Int32 = -1
    var isTaken = false
  }

  // By connection.
  private var places: [Place] = []
  private var first: Int32 = -1
  private var last: Int32 = -1

  var isEmpty: Bool { first < 0 }

  mutating func add(_ connection: Int) {
    guard connection >= 0, let number = Int32(exactly: connection) else { return }
    while places.count <= connection { places.append(Place()) }
    guard !places[connection].isTaken else { return }
    places[connection] = Place(next: -1, previous: last, isTaken: true)
    if last >= 0 { places[Int(last)].next = number } else { first = number }
    last = number
  }

  /// Whether the connection was in it.
  @discardableResult
  mutating func remove(_ connection: Int) -> Bool {
    guard places.indices.contains(connection), places[connection].isTaken else { return false }
    let place = places[connection]
    if place.previous >= 0 {
      places[Int(place.previous)].next = place.next
    } else {
      first = place.next
    }
    if place.next >= 0 {
      places[Int(place.next)].previous = place.previous
    } else {
      last = place.previous
    }
    places[connection] = Place()
    return true
  }

  /// The one that has waited longest, which does not any more.
  mutating func next() -> Int? {
    guard first >= 0 else { return nil }
    let connection = Int(first)
    remove(connection)
    return connection
  }
}
