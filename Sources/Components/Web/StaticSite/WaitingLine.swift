// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A first-in, first-out queue of the connections that wait for a buffer or a command. A connection is
/// in it at most once. It is removed when it is closed or has what it waited for, so that no turn is
/// lost on it.
///
/// Memory: 12 bytes for each number up to the highest connection that ever waited.
struct WaitingLine {
  /// A connection's links to its neighbours in the line; -1 at either end.
  private struct Links {
    var next: Int32 = -1
    var previous: Int32 = -1
    var isWaiting = false
  }

  // By connection.
  private var links: [Links] = []
  private var first: Int32 = -1
  private var last: Int32 = -1

  var isEmpty: Bool { first < 0 }

  /// Adds a connection at the end, unless it waits already.
  mutating func add(_ connection: Int) {
    guard connection >= 0, let number = Int32(exactly: connection) else { return }
    while links.count <= connection { links.append(Links()) }
    guard !links[connection].isWaiting else { return }
    links[connection] = Links(next: -1, previous: last, isWaiting: true)
    if last >= 0 { links[Int(last)].next = number } else { first = number }
    last = number
  }

  /// Removes a connection. Returns whether it was waiting.
  @discardableResult
  mutating func remove(_ connection: Int) -> Bool {
    guard links.indices.contains(connection), links[connection].isWaiting else { return false }
    let removed = links[connection]
    if removed.previous >= 0 {
      links[Int(removed.previous)].next = removed.next
    } else {
      first = removed.next
    }
    if removed.next >= 0 {
      links[Int(removed.next)].previous = removed.previous
    } else {
      last = removed.previous
    }
    links[connection] = Links()
    return true
  }

  /// Removes the connection that has waited longest, and returns it.
  mutating func next() -> Int? {
    guard first >= 0 else { return nil }
    let connection = Int(first)
    remove(connection)
    return connection
  }

  #if !hasFeature(Embedded)
    /// Nil, or what is wrong with the links.
    func checkInvariants() -> String? {
      var (previous, current) = (Int32(-1), first)
      var count = 0
      while current >= 0, count <= links.count {
        let link = links[Int(current)]
        guard link.isWaiting, link.previous == previous else {
          return "connection \(current) behind \(previous): \(link)"
        }
        (previous, current) = (current, link.next)
        count += 1
      }
      let waiting = links.count(where: \.isWaiting)
      guard count == waiting, previous == last else {
        return "\(count) of \(waiting) connections in the line, which ends at \(last)"
      }
      return nil
    }
  #endif
}
