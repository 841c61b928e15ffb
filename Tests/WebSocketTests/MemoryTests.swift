// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Testing
import Time

@testable import WebSocket

/// What connections hold, whatever their peers do.
struct MemoryTests {
  private final class Log {
    var sockets: [WebSocketConnection] = []
    var codes: [UInt16] = []
    var messages = 0
    /// What all connections hold.
    var held: Int { sockets.first?.request.socketMemory.heldByteCount ?? 0 }
  }

  private func bench(_ settings: HTTPServer.Settings = HTTPServer.Settings()) -> (ServerBench, Log)
  {
    let log = Log()
    var router = Router()
    router.webSocket("/") { socket in
      log.sockets.append(socket)
      socket.onBinary { _ in log.messages += 1 }
      socket.onClose { log.codes.append($0.code.value) }
    }
    return (ServerBench(router, settings), log)
  }

  private func send(_ index: Int, _ bytes: [UInt8], to bench: ServerBench) {
    var rest = bytes
    while !rest.isEmpty {
      let taken = bench.send(index, rest)
      guard taken > 0 else { return }
      rest.removeFirst(taken)
    }
  }

  private func send(_ bytes: [UInt8], from endpoint: inout WebSocketEndpoint) -> Bool {
    endpoint.send(binary: bytes.span)
  }

  private func receive(_ bytes: [UInt8], by endpoint: inout WebSocketEndpoint) -> Int {
    endpoint.receive(bytes.span, now: .start)
  }

  /// Neither a message that arrives nor the output takes twice its limit.
  @Test func memoryDoesNotDouble() {
    var endpoint = WebSocketEndpoint(now: .start)
    let frame = ClientFrame.bytes(2, [UInt8](repeating: 1, count: 65_536))
    for start in stride(from: 0, to: frame.count - 1, by: 1000) {
      let piece = Array(frame[start..<min(start + 1000, frame.count - 1)])
      #expect(receive(piece, by: &endpoint) == piece.count)
      #expect(endpoint.heldByteCount <= (start + 1000) * 9 / 8 + 2100)
    }
    #expect(endpoint.heldByteCount <= 65_600)
    #expect(receive(Array(frame.suffix(1)), by: &endpoint) == 1)
    let event = endpoint.nextEvent()
    #expect(event != nil)
    #expect(endpoint.heldByteCount == 0)

    for size in [1, 700, 5000] {
      var endpoint = WebSocketEndpoint(now: .start)
      let message = [UInt8](repeating: 1, count: size)
      var sent = 0
      while endpoint.room >= size {
        #expect(send(message, from: &endpoint))
        sent += 1
        // A slow peer.
        if sent % 3 == 0 { endpoint.sent(size, now: .start) }
        #expect(endpoint.heldByteCount <= 131_072 * 9 / 8 + 2100)
      }
      endpoint.sent(endpoint.outputCount, now: .start)
      #expect(endpoint.heldByteCount <= 512)
    }
  }

  /// Many messages of the longest size, each one byte short.
  @Test func incompleteMessagesTakeNoMoreThanTheBudget() {
    let (bench, log) = bench()
    let frame = ClientFrame.bytes(2, [UInt8](repeating: 1, count: 65_536))
    let members = (0..<100).map { _ in bench.connect("/") }
    for member in members {
      send(member, frame.dropLast(), to: bench)
      #expect(log.held <= 4 << 20 + 200 * 1024)
    }
    let closed = members.filter { bench.frames($0).last?.code == 1013 }
    #expect((30..<50).contains(closed.count))
    #expect(log.codes == Array(repeating: 1013, count: closed.count))
    // The others go on.
    for member in members where !closed.contains(member) { send(member, [0], to: bench) }
    #expect(log.messages == 100 - closed.count)
    for member in members { bench.server.closed(member, now: bench.now) }
    #expect(log.held == 0)
  }

  /// Peers that do not read what they are sent.
  @Test func outputTakesNoMoreThanTheBudget() {
    let (bench, log) = bench()
    let members = (0..<150).map { _ in bench.connect("/") }
    bench.deaf = Set(members)
    let message = [UInt8](repeating: 1, count: 10_000)
    for socket in log.sockets {
      for _ in 0..<12 {
        let hasRoom = socket.room >= message.count
        let wasOpen = socket.isOpen
        // What has room can be sent.
        if socket.send(message) != hasRoom { #expect(wasOpen && !hasRoom) }
        #expect(log.held <= 4 << 20 + 150 * 1024)
      }
    }
    #expect(log.sockets.contains { $0.isOpen })
    #expect(log.sockets.contains { !$0.isOpen })
    bench.pass(.seconds(6))
    bench.pass(.seconds(60))
    #expect(log.codes.contains(1013))
    #expect(log.codes.count == 150)
    #expect(log.held == 0)
  }

  @Test func aNewConnectionThatHasNoRoomGets503() {
    var settings = HTTPServer.Settings()
    settings.socketMemory = 10 * 1024
    let (bench, log) = bench(settings)
    let members = (0..<10).map { _ in bench.connect("/") }
    #expect(log.sockets.count == 10)
    let late = bench.connect("/", accept: false)
    #expect(bench.text(late).hasPrefix("HTTP/1.1 503 "))
    #expect(log.sockets.count == 10)
    bench.server.closed(members[3], now: bench.now)
    let next = bench.connect("/", accept: false)
    #expect(bench.text(next).hasPrefix("HTTP/1.1 101 "))
  }
}
