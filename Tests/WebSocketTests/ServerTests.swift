// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing
import Time

@testable import WebSocket
@testable import websocket_server

/// Connections within a server.
struct ServerTests {
  private final class Log {
    var lines: [String] = []
    var sockets: [WebSocketConnection] = []
  }

  private func bench(_ options: WebSocketOptions = WebSocketOptions()) -> (ServerBench, Log) {
    let log = Log()
    var router = Router()
    router.webSocket("/echo/:name", options) { socket in
      log.lines.append(
        "open \(String(decoding: socket.request.capture("name") ?? [], as: UTF8.self))")
      log.sockets.append(socket)
      socket.onText {
        log.lines.append("text \($0)")
        socket.send($0)
      }
      socket.onClose { log.lines.append("close \($0.code.value) \($0.reason)") }
    }
    return (ServerBench(router), log)
  }

  @Test func aConversation() {
    let (bench, log) = bench()
    let index = bench.connect("/echo/a")
    bench.send(index, ClientFrame.text("one") + ClientFrame.text("two") + ClientFrame.ping("p"))
    bench.send(index, ClientFrame.close(1000, "bye"))
    #expect(bench.frames(index).map(\.opcode) == [1, 1, 10, 8])
    #expect(log.lines == ["open a", "text one", "text two", "close 1000 bye"])
    #expect(bench.server.disposal(index) != .stayOpen)
    // The end of the transport is not another end.
    bench.server.closed(index, now: bench.now)
    #expect(log.lines.count == 4)
    #expect(!log.sockets[0].send("late"))
  }

  @Test func theEndOfTheTransportIsAnEnd() {
    let (bench, log) = bench()
    let index = bench.connect("/echo/a")
    bench.send(index, Array(ClientFrame.text("half").prefix(8)))
    bench.server.closed(index, now: bench.now)
    #expect(log.lines == ["open a", "close 1006 "])
    let other = bench.connect("/echo/b")
    bench.server.peerEnded(other, now: bench.now)
    bench.run()
    #expect(log.lines.dropFirst(2) == ["open b", "close 1006 "])
    #expect(bench.server.disposal(other) == .reset)
  }

  @Test func messagesOfAKindThatNobodyTakes() {
    let (bench, log) = bench()
    let index = bench.connect("/echo/a")
    bench.send(index, ClientFrame.bytes(2, [1]))
    #expect(bench.frames(index).last?.code == 1003)
    bench.send(index, ClientFrame.close(1003))
    #expect(log.lines.last == "close 1003 ")
  }

  @Test func framesMayComeWithTheHandshakeAndAnswersBeforeAnything() {
    var router = Router()
    router.webSocket("/") { socket in
      socket.send("welcome")
      socket.onText { socket.send($0) }
    }
    let bench = ServerBench(router)
    let index = bench.connect("/")
    #expect(bench.frames(index) == [.text("welcome")])
    let other = bench.server.open(now: bench.now) ?? -1
    let head =
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    _ = bench.server.receive(
      other, (Array(head.utf8) + ClientFrame.text("early")).span, now: bench.now)
    let output = bench.server.withOutput(other) { [UInt8](copying: $0) } ?? []
    let start = output.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? 0
    #expect(ServerFrame.read(Array(output[start...])) == [.text("welcome"), .text("early")])
  }

  @Test func silentPeersAreAskedAndForgotten() {
    let (bench, log) = bench()
    let (one, two) = (bench.connect("/echo/a"), bench.connect("/echo/b"))
    bench.pass(.seconds(30))
    #expect(bench.frames(one).map(\.opcode) == [9])
    #expect(bench.frames(two).map(\.opcode) == [9])
    bench.send(two, ClientFrame.pong())
    bench.pass(.seconds(20))
    #expect(log.lines.last == "close 1006 ")
    #expect(bench.server.disposal(one) == .reset)
    #expect(bench.server.disposal(two) == .stayOpen)
    #expect(log.sockets[1].isOpen)
  }

  /// The example of docs/websocket.md: what one says, all hear, without being asked.
  @Test func aChat() {
    let bench = ServerBench(Chat().routes)
    let members = (0..<5).map { _ in bench.connect("/chat") }
    bench.send(members[0], ClientFrame.text("Hello"))
    bench.send(members[4], ClientFrame.close(1000))
    bench.send(members[1], ClientFrame.text("Bye"))
    for member in members.dropLast() {
      #expect(bench.frames(member) == [.text("Hello"), .text("Bye")])
    }
    #expect(bench.frames(members[4]).map(\.opcode) == [1, 8])
  }

  /// One member of a chat does not read: it is closed, and the others hear everything.
  @Test func aMemberThatDoesNotReadIsDropped() {
    let bench = ServerBench(Chat().routes)
    let members = (0..<3).map { _ in bench.connect("/chat") }
    bench.deaf = [members[2]]
    let long = String(repeating: "x", count: 10_000)
    for _ in 0..<50 { bench.send(members[0], ClientFrame.text(long)) }
    #expect(bench.frames(members[0]).count == 50)
    #expect(bench.frames(members[1]).count == 50)
    bench.pass(.seconds(6))
    #expect(bench.server.disposal(members[2]) == .reset)
    #expect(bench.server.heldByteCount < 500_000)
    bench.send(members[0], ClientFrame.text("on"))
    #expect(bench.frames(members[1]).count == 51)
  }
}
