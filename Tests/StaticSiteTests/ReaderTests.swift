// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NFSTestSupport
import Testing
import Time

@testable import NFSFileServer
@testable import StaticSite

/// Slow readers hold little that others need, and readers that leave hold nothing.
@Suite struct ReaderTests {
  /// With as many buffers as web_server has, a quarter of them kept.
  @Test func othersAreServed() throws {
    let size = 8192
    let site = try SimulatedSite(
      bufferByteCount: UInt64(size), shareSize: 2044 * size, keepTime: 100 * second
    ) {
      $0.sendsDirectly = true
    }
    let data = [UInt8](repeating: 0x61, count: 1_000_000)
    _ = site.server.add("big", data)
    _ = site.server.add("other", [UInt8](data[..<100_000]))
    for number in 0..<70 {
      _ = site.server.add("kept\(number)", [UInt8](data[..<65_536]))
      _ = try site.get("/kept\(number)")
    }
    // Nearly all slots. Each client reads the head, and 100 bytes a second after that.
    var readers: [Int] = []
    for _ in 0..<1000 {
      readers.append(try site.open("GET /big HTTP/1.1\r\nHost: a\r\n\r\n"))
      site.step()
    }
    site.window = 100
    var worst = Interval.zero
    for second in 0..<5 {
      for reader in readers { _ = site.read(reader) }
      for _ in 0..<300 { site.step() }
      site.window = 5000
      let began = site.now
      #expect(
        try site.get(second % 2 == 0 ? "/other" : "/kept\(second)").hasPrefix("HTTP/1.1 200 "))
      worst = max(worst, site.now - began)
      site.window = 100
    }
    #expect(worst < .milliseconds(100), "\(worst.milliseconds) ms")
    #expect(site.setup.files.freeBuffers > 0)
  }

  /// A closed connection does not use up a turn.
  @Test func closedConnectionsLeaveTheLine() {
    var line = WaitingLine()
    for connection in [7, 3, 7, 900, 5] {
      line.add(connection)
      #expect(line.checkInvariants() == nil)
    }
    line.remove(3)
    #expect(line.checkInvariants() == nil)
    line.add(3)
    line.remove(900)
    #expect(line.checkInvariants() == nil)
    #expect(line.next() == 7)
    line.add(7)
    #expect(line.checkInvariants() == nil)
    #expect([line.next(), line.next(), line.next(), line.next()] == [5, 3, 7, nil])
    #expect(line.isEmpty && line.checkInvariants() == nil)
  }

  /// More clients than the server can have open files leave while their file is being read. A CLOSE sent
  /// before the last answer would be refused, and the file would stay open for good.
  @Test func leavingReadersLeaveNothingOpen() throws {
    let site = try SimulatedSite()
    for number in 0..<300 {
      _ = site.server.add("\(number)", [UInt8](repeating: 1, count: 400_000))
    }
    for number in 0..<300 {
      let id = try site.open("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
      var steps = 0
      while site.read(id).isEmpty, steps < 5000 {
        site.step()
        steps += 1
      }
      for _ in 0..<8 { _ = site.read(id) }
      site.setup.web.closed(id, now: site.now)
      for _ in 0..<50 { site.step() }
    }
    #expect(site.setup.files.openFiles == 0)
    #expect(site.setup.fileServer.descriptors.count == 0)
    #expect(try site.get("/0").hasPrefix("HTTP/1.1 200"))
  }
}
