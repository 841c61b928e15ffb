// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HTTP
import Testing
import Time

@Suite struct TimingTests {
  private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
  private let second = Interval.seconds(1)

  @Test func idleConnectionsEnd() {
    let connection = TestConnection()
    #expect(connection.machine.deadline == .start + 16 * second)
    connection.timePassed(now: .start + 15 * second)
    #expect(connection.machine.disposal == .stayOpen)
    connection.now = .start + 10 * second
    connection.receive(get)
    _ = connection.next()
    connection.now = .start + 12 * second
    connection.answer()
    _ = connection.flush()
    #expect(connection.machine.deadline == .start + 27 * second)
    connection.timePassed(now: .start + 27 * second)
    #expect(connection.flush().isEmpty && connection.machine.disposal == .endOutput)
    #expect(connection.machine.deadline == .start + 29 * second)
    connection.timePassed(now: .start + 29 * second)
    #expect(connection.machine.disposal == .close)
  }

  @Test func slowHeads() {
    let connection = TestConnection()
    for byte in bytes("GET / HTTP/1.1\r\n").prefix(10) {
      connection.receive([byte])
      #expect(connection.next() == nil)
      connection.timePassed(now: connection.now)
      connection.now += second
    }
    #expect(connection.machine.deadline == .start + 11 * second)
    connection.timePassed(now: connection.now)
    #expect(connection.flush().hasPrefix("HTTP/1.1 408 "))
    #expect(connection.machine.disposal == .endOutput)
  }

  @Test func slowSenders() {
    let connection = TestConnection()
    connection.receive("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    _ = connection.next()
    for _ in 0..<100 where connection.machine.disposal == .stayOpen {
      connection.receive("a")
      _ = connection.readBody()
      connection.now += second
      connection.timePassed(now: connection.now)
    }
    #expect(connection.machine.disposal == .reset && connection.now < .start + 30 * second)
  }

  @Test func slowReaders() {
    let connection = TestConnection()
    connection.receive(get)
    _ = connection.next()
    connection.machine.respond(ResponseHead(.ok, length: .known(100_000)), now: connection.now)
    let data = [UInt8](repeating: 1, count: 100_000)
    #expect(connection.write(data) < 16_384)
    for _ in 0..<100 where connection.machine.disposal == .stayOpen {
      connection.wasRead(50)
      connection.now += second
      connection.timePassed(now: connection.now)
    }
    #expect(connection.machine.disposal == .reset && connection.now < .start + 30 * second)
  }

  @Test func fairReadersStay() {
    let connection = TestConnection()
    connection.receive(get)
    _ = connection.next()
    connection.machine.respond(ResponseHead(.ok, length: .known(100_000)), now: connection.now)
    let data = [UInt8](repeating: 1, count: 100_000)
    var written = 0
    for _ in 0..<500 where written < data.count {
      written += connection.write(Array(data[written...]))
      connection.wasRead(300)
      connection.now += second
      connection.timePassed(now: connection.now)
      #expect(connection.machine.disposal == .stayOpen)
    }
    #expect(written == data.count)
  }

  @Test func slowHandlersAreNotThePeersFault() {
    let connection = TestConnection()
    connection.receive(get)
    _ = connection.next()
    #expect(connection.machine.deadline == .never)
    connection.now += 1000 * second
    connection.timePassed(now: connection.now)
    connection.machine.respond(ResponseHead(.ok, length: .known(1)), now: connection.now)
    #expect(connection.machine.deadline > connection.now)
    connection.timePassed(now: connection.now)
    #expect(connection.machine.disposal == .stayOpen)
  }
}
