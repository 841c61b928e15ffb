// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import NFSTestSupport
import Streams
import Testing
import Time

/// A site on an NFS server in memory, in virtual time. Steps check invariants.
final class SimulatedSite {
  let server = FakeServer()
  let wire: Simulation
  let setup: SiteSetup

  init(
    bufferByteCount: UInt64 = 32_768, shareSize: Int = 1 << 21, keepTime: Interval = .zero,
    folder: String = "", rules: SiteRules = SiteRules(), followsOutsideLinks: Bool = false,
    change: (inout HTTPServer.Settings) -> Void = { _ in }
  ) throws {
    wire = Simulation(server)
    wire.collects = false
    setup = try SiteSetup(
      wire.client, bufferByteCount: bufferByteCount, shareSize: shareSize, keepTime: keepTime,
      folder: folder, rules: rules, followsOutsideLinks: followsOutsideLinks, change: change)
  }

  private var stepCount = 0

  var now: Instant { wire.now }

  /// Delivers the next message, or advances the time to the next deadline. False if there is neither.
  @discardableResult
  func step() -> Bool {
    setup.runUntilIdle(now: now)
    wire.client = setup.fileServer.nfs
    let isAlive = wire.step()
    setup.fileServer.nfs = wire.client
    setup.runUntilIdle(now: now)
    while setup.web.nextChanged() != nil {}
    // A check of all slots takes longer than a step.
    stepCount += 1
    if stepCount <= 200 || stepCount % 64 == 0 { #expect(setup.checkInvariants() == nil) }
    return isAlive
  }

  func open(_ request: String) throws -> Int {
    let place = setup.web.open(now: now)
    let id = try #require(place)
    let taken = setup.web.receive(id, bytes(request).span, now: now)
    #expect(taken == request.utf8.count)
    return id
  }

  /// How many bytes the transport takes directly in one `read`.
  var window = 5000
  /// Bytes that it has taken directly.
  var directBytes = 0

  func read(_ id: Int) -> [UInt8] {
    var taken: [UInt8] = []
    var moved = true
    while moved, taken.isEmpty {
      let isDirect = setup.web.outputCount(id) == 0
      moved = setup.web.send(id, now: now) { bytes in
        let count = isDirect ? min(bytes.count, window - taken.count) : bytes.count
        taken.append(copying: bytes.extracting(0..<count))
        return count
      }
      if isDirect { directBytes += taken.count }
    }
    return taken
  }

  func close(_ id: Int) {
    setup.web.closed(id, now: now)
  }

  /// Sends a request on a connection of its own. Returns the response, and whether the connection was
  /// reset.
  func run(_ request: String) throws -> (bytes: [UInt8], wasReset: Bool) {
    let id = try open(request)
    var answer: [UInt8] = []
    var idle = 0
    while idle < 10 {
      let output = read(id)
      answer += output
      if output.isEmpty, setup.web.disposal(id) != .stayOpen { break }
      idle = !output.isEmpty || step() ? 0 : idle + 1
    }
    #expect(idle < 10, "the request is stuck")
    let wasReset = setup.web.disposal(id) == .reset
    close(id)
    setup.runUntilIdle(now: now)
    return (answer, wasReset)
  }

  /// The whole response to a GET, with `RESET` at its end if the connection was reset.
  func get(_ target: String, _ fields: String = "") throws -> String {
    let (answer, wasReset) = try run(
      "GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n")
    return text(answer) + (wasReset ? "RESET" : "")
  }
}
