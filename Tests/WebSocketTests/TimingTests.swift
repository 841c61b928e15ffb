// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Time

@testable import WebSocket

struct TimingTests {
  @Test func aSilentPeerIsAskedAndThenForgotten() {
    var echo = Echo()
    #expect(echo.endpoint.deadline == .start + .seconds(30))
    echo.pass(.seconds(29))
    #expect(echo.endpoint.outputCount == 0)
    echo.pass(.seconds(1))
    echo.takeOutput()
    #expect(echo.sent == [0x89, 0x00])
    echo.pass(.seconds(19))
    #expect(echo.events == [])
    echo.pass(.seconds(1))
    #expect(echo.events == [.closed(WebSocketClose(.abnormal))])
    #expect(echo.endpoint.disposal == .reset)
    #expect(echo.endpoint.deadline == .never)
  }

  @Test func anythingThatArrivesIsASignOfLife() {
    var echo = Echo()
    for _ in 0..<10 {
      echo.pass(.seconds(30))
      echo.takeOutput()
      echo.pass(.seconds(10))
      echo.receive([0x8a])
      echo.pass(.seconds(10))
      echo.receive(Array(ClientFrame.pong().dropFirst()))
    }
    #expect(echo.events == [])
    #expect(echo.frames.count == 10)
  }

  @Test func outputThatNobodyTakesEndsTheConnection() {
    var endpoint = WebSocketEndpoint(now: .start)
    let isSent = endpoint.send(text: [0x61].span)
    #expect(isSent)
    // The time counts from the next call that says what time it is.
    #expect(endpoint.deadline == .start)
    let sent = Instant.start + .seconds(10)
    endpoint.timePassed(now: sent)
    let taken = endpoint.receive(ClientFrame.ping().span, now: sent + .seconds(25))
    #expect(taken == 6)
    #expect(endpoint.deadline == sent + .seconds(30))
    // Bytes that are taken are progress.
    endpoint.sent(1, now: sent + .seconds(29))
    #expect(endpoint.deadline == sent + .seconds(55))
    endpoint.timePassed(now: sent + .seconds(55))
    #expect(endpoint.isOpen)
    endpoint.timePassed(now: sent + .seconds(59))
    let next = endpoint.nextEvent()
    #expect(next == .closed(WebSocketClose(.abnormal)))
    #expect(endpoint.disposal == .reset)
  }

  @Test func aCloseThatIsNotAnsweredEndsInTime() {
    var echo = Echo()
    echo.endpoint.close(WebSocketCloseCode(4000), reason: "enough")
    echo.pass(.zero)
    echo.takeOutput()
    #expect(echo.frames.map(\.code) == [4000])
    // Messages have no reader any more, and pings no answer.
    echo.receive(ClientFrame.text("late") + ClientFrame.ping())
    #expect(echo.frames.count == 1)
    #expect(echo.events == [])
    echo.pass(.seconds(5))
    #expect(echo.events == [.closed(WebSocketClose(WebSocketCloseCode(4000), reason: "enough"))])
    #expect(echo.endpoint.disposal == .reset)
  }

  @Test func bothSidesMayClose() {
    var echo = Echo()
    echo.endpoint.close()
    echo.endpoint.close(.goingAway)
    echo.takeOutput()
    #expect(echo.endpoint.disposal == .stayOpen)
    echo.receive(ClientFrame.close(1001, "bye"))
    #expect(echo.events == [.closed(WebSocketClose(.goingAway, reason: "bye"))])
    #expect(echo.frames.map(\.code) == [1000])
    #expect(echo.endpoint.disposal == .close)
  }

  @Test func aPeerMayEndWithoutClosing() {
    var echo = Echo()
    echo.receive(ClientFrame.text("half", final: false))
    echo.endpoint.peerEnded()
    echo.pass(.zero)
    #expect(echo.events == [.closed(WebSocketClose(.abnormal))])
    echo.endpoint.peerEnded()
    echo.endpoint.abort()
    echo.pass(.zero)
    #expect(echo.events.count == 1)
  }

  @Test func reasonsAreCutToWholeCharacters() {
    var echo = Echo()
    echo.endpoint.close(.abnormal, reason: String(repeating: "é", count: 100))
    echo.takeOutput()
    #expect(echo.frames.last?.payload.count == 2 + 122)
    #expect(echo.frames.last?.code == 1000)
    #expect(String(validating: echo.frames[0].payload.dropFirst(2), as: UTF8.self) != nil)
  }
}
