// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Has the handler of one connection called again, from the handler of any other: a chat wakes its members
/// when one of them has said something.
///
/// It may be kept for as long as you like. A connection that has ended, or that does not wait, is not
/// disturbed.
public struct Waker {
  private let wakes: Wakes?
  /// The connection's number in the server.
  public let connection: Int

  init(_ wakes: Wakes?, _ connection: Int) {
    self.wakes = wakes
    self.connection = connection
  }

  /// Has the handler called in the server's next turn, once however often this is called until then.
  public func wake() { wakes?.add(connection) }
}

/// What the requests of a server share: the connections that it has to wake, and memory.
final class Wakes {
  let socketMemory: MemoryBudget
  let bodyMemory: MemoryBudget
  private var waiting: [Int] = []
  // By connection.
  private var isWaiting: [Bool] = []

  init(_ settings: HTTPServer.Settings) {
    socketMemory = MemoryBudget(settings.socketMemory)
    bodyMemory = MemoryBudget(settings.bodyMemory)
  }

  var isEmpty: Bool { waiting.isEmpty }

  func add(_ connection: Int) {
    guard connection >= 0 else { return }
    while isWaiting.count <= connection { isWaiting.append(false) }
    guard !isWaiting[connection] else { return }
    isWaiting[connection] = true
    waiting.append(connection)
  }

  /// Those that have waited the longest, up to `count`, which then no longer wait.
  func take(atMost count: Int) -> [Int] {
    let first = Array(waiting.prefix(count))
    waiting.removeFirst(first.count)
    for connection in first { isWaiting[connection] = false }
    return first
  }
}
