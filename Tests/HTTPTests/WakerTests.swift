// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing
import Time

/// A room whose members hear what any of them says.
private final class Room {
  struct Member {
    var waker: Waker
    var unsent: [UInt8] = []
  }
  var members: [Int: Member] = [:]
  var calls = 0

  func join(_ request: Request) -> Answer {
    let number = request.connection
    members[number] = Member(waker: request.waker)
    return .upgrade(ResponseHead(.switchingProtocols)) { exchange in
      self.calls += 1
      let said = exchange.read(atMost: 1000)
      if !said.isEmpty { self.say(said) }
      let unsent = self.members[number]?.unsent ?? []
      let count = exchange.write(unsent.span)
      self.members[number]?.unsent.removeFirst(count)
      return exchange.inputEnded ? .end : .wait
    } ended: { _ in
      self.members[number] = nil
    }
  }

  func say(_ text: [UInt8]) {
    for number in members.keys {
      members[number]?.unsent += text
      members[number]?.waker.wake()
    }
  }
}

@Suite struct WakerTests {
  @Test func broadcasts() throws {
    let room = Room()
    var router = Router()
    router.get("/", room.join)
    var server = HTTPServer(router)
    let ids = (0..<3).compactMap { _ in server.open(now: .start) }
    for id in ids {
      let answer = exchange(&server, id, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 101 "))
    }
    #expect(room.members.count == 3 && server.deadline > .start)
    _ = server.receive(ids[1], bytes("hello").span, now: .start)
    #expect(server.deadline == .start && server.nextChanged() == nil)
    room.calls = 0
    let now = Instant.start + .seconds(1)
    server.timePassed(now: now)
    #expect(room.calls == 3 && server.deadline > .start && server.checkInvariants() == nil)
    var changed: Set<Int> = []
    while let id = server.nextChanged() { changed.insert(id) }
    #expect(changed == Set(ids))
    for id in ids { #expect(flush(&server, id) == "hello") }
    // A member that has gone is not woken, and neither is its slot's next connection.
    server.closed(ids[0], now: now)
    #expect(room.members.count == 2)
    room.say(bytes("again"))
    room.say(bytes("!"))
    room.calls = 0
    server.timePassed(now: now)
    #expect(room.calls == 2 && flush(&server, ids[2]) == "again!")
    server.peerEnded(ids[2], now: now)
    #expect(room.members.count == 1 && server.disposal(ids[2]) == .close)
  }

  /// Connections that wake each other do so once in each turn.
  @Test func wakesInTurns() throws {
    var (calls, wakers) = (0, [Waker]())
    var router = Router()
    router.get("/") { request in
      wakers.append(request.waker)
      return .wait {
        calls += 1
        for waker in wakers { waker.wake() }
        return nil
      }
    }
    var server = HTTPServer(router)
    for _ in 0..<2 {
      let place = server.open(now: .start)
      _ = exchange(&server, try #require(place), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    }
    for _ in 0..<3 {
      calls = 0
      #expect(server.deadline == .start)
      server.timePassed(now: .start)
      #expect(calls == 2)
    }
  }

  /// However many are woken at once, a turn has time for a few, and each has one before any has another.
  @Test func turnsAreShort() throws {
    var (calls, wakers) = ([Int](), [Waker]())
    var router = Router()
    router.get("/") { request in
      wakers.append(request.waker)
      return .wait {
        calls.append(request.connection)
        request.waker.wake()
        return nil
      }
    }
    var server = HTTPServer(router)
    for _ in 0..<100 {
      let place = server.open(now: .start)
      _ = exchange(&server, try #require(place), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    }
    calls = []
    while calls.count < 300 {
      let before = calls.count
      #expect(server.deadline == .start)
      server.timePassed(now: .start)
      #expect(1...16 ~= calls.count - before)
    }
    for round in 0..<3 { #expect(Set(calls[(100 * round)..<(100 * round + 100)]).count == 100) }
  }

  /// Without a server, as in a test of a handler, a waker does nothing.
  @Test func withoutAServer() {
    var router = Router()
    var waker: Waker?
    router.get("/") { request in
      waker = request.waker
      return .text("")
    }
    let connection = TestConnection()
    connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    guard let head = connection.next() else { return }
    _ = router.answer(head)
    waker?.wake()
    #expect(waker?.connection == 0)
  }
}
