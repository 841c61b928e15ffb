// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NFS
import NFSTestSupport
import Testing
import Time

@Suite struct SessionTests {
  private let server = FakeServer()

  @Test func mountsThroughThePortMapper() {
    let simulation = Simulation(server)
    guard case .done = simulation.run(.mount) else { return #expect(Bool(false)) }
    _ = simulation.run(.attributes(path: []))
    #expect(simulation.ports == [111, 635, 2049])
    #expect(simulation.client.isReady && simulation.client.trouble == nil)
  }

  @Test func fixedPorts() {
    let simulation = Simulation(server) {
      $0.filesPort = 12_049
      $0.mountPort = 12_048
    }
    _ = simulation.run(.attributes(path: []))
    #expect(simulation.ports == [12_048, 12_049])
  }

  @Test func serverComesUpLater() {
    let simulation = Simulation(server)
    simulation.isDown = true
    let tag = simulation.start(.attributes(path: []))
    while simulation.now < .start + 20 * second { simulation.step() }
    #expect(simulation.client.trouble == .unreachable && simulation.results[tag] == nil)
    #expect(simulation.ports.count < 15, "with pauses")
    #expect(Set(simulation.localPorts).count == simulation.localPorts.count)
    simulation.isDown = false
    while !simulation.client.isMounted { simulation.step() }
    #expect(simulation.client.trouble == nil, "before anything was asked")
    simulation.wait([tag])
    #expect(
      simulation.results[tag]?.attributes?.type == .directory
        && simulation.now < .start + 26 * second)
  }

  @Test func waitingEnds() {
    let simulation = Simulation(server)
    simulation.isDown = true
    #expect(simulation.run(.attributes(path: [])).error == .timedOut)
    #expect(simulation.now == .start + 31 * second)
    #expect(simulation.run(.mount).error == .timedOut)
    #expect(simulation.now == .start + 41 * second)
  }

  @Test func troubles() {
    server.isRegistered = false
    let simulation = Simulation(server)
    // A mount request is answered at once; requests for files wait until the export is mounted.
    let tag = simulation.start(.attributes(path: []))
    #expect(simulation.run(.mount).error == .refused)
    #expect(simulation.client.trouble == .notRegistered(program: 100_003))
    server.isRegistered = true
    server.mountStatus = 13
    #expect(simulation.run(.mount).error == .refused)
    #expect(simulation.client.trouble == .mountRefused(13))
    server.mountStatus = 0
    simulation.wait([tag])
    #expect(simulation.client.isMounted && simulation.client.isServing)
    #expect(simulation.results[tag]?.attributes != nil && simulation.now < .start + 10 * second)
  }

  /// Servers that mount the export but refuse calls: the session does not count as serving, and keeps the reason.
  @Test(arguments: FakeServer.Refusal.allCases) func refusals(_ refusal: FakeServer.Refusal) {
    server.refusal = refusal
    let simulation = Simulation(server)
    #expect(simulation.run(.mount).error == nil)
    #expect(simulation.run(.attributes(path: bytes("f"))).error != nil)
    while simulation.client.trouble == nil, simulation.now < .start + 5 * second {
      simulation.step()
    }
    #expect(!simulation.client.isServing)
    switch refusal {
    case .credentials: #expect(simulation.client.trouble == .callerRefused(5))
    case .version, .program: #expect(simulation.client.trouble == .noSuchProgram)
    case .root: #expect(simulation.client.trouble == .rootRefused(.notOwner))
    }
    server.refusal = nil
    _ = server.add("f", [1])
    simulation.now += 10 * second
    #expect(simulation.run(.attributes(path: bytes("f"))).error == nil)
    #expect(simulation.client.isServing && simulation.client.trouble == nil)
  }

  @Test func lostConnectionsInTheMiddle() {
    let data = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 >> 2) }
    _ = server.add("f", data)
    let simulation = Simulation(server)
    guard let file = simulation.run(.open(path: bytes("f"), .read)).file else {
      return #expect(Bool(false))
    }
    var count = 0
    simulation.bend = { reply in
      count += 1
      return count % 7 == 3 ? nil : reply
    }
    var read: [UInt8] = []
    while let piece = simulation.run(.read(file, offset: UInt64(read.count), count: 30_000)).data,
      !piece.isEmpty
    {
      read += piece
    }
    #expect(read == data && simulation.client.sessionCounters.connections > 4)
    #expect(simulation.client.sessionCounters.mounts == 1)
  }

  @Test func slowAnswers() {
    _ = server.add("f", bytes("abc"))
    let simulation = Simulation(server)
    _ = simulation.run(.mount)
    // Longer than the first timeout.
    simulation.latency = 9 * second
    #expect(simulation.run(.attributes(path: bytes("f"))).attributes?.size == 3)
  }

  @Test func lostAnswersAreAskedForAgain() {
    _ = server.add("f", bytes("abc"))
    let simulation = Simulation(server)
    _ = simulation.run(.mount)
    server.lost = [3: 1]
    #expect(simulation.run(.attributes(path: bytes("f"))).attributes?.size == 3)
    #expect(simulation.now < .start + 20 * second)
  }

  /// The first REMOVE succeeds but its answer is lost, so the repeated one finds no file.
  @Test func repeatedChanges() {
    _ = server.add("f")
    let simulation = Simulation(server)
    _ = simulation.run(.mount)
    server.lost = [12: 1]
    guard case .done = simulation.run(.remove(path: bytes("f"))) else {
      return #expect(Bool(false))
    }
    #expect(server.calls[12] == 2)
    #expect(simulation.run(.remove(path: bytes("f"))).error == .server(.noEntry))
  }

  @Test func staleHandles() {
    let directory = server.add("d", type: 2)
    _ = server.add("f", bytes("abc"), in: directory)
    let simulation = Simulation(server)
    guard let file = simulation.run(.open(path: bytes("d/f"), .read)).file else {
      return #expect(Bool(false))
    }
    // As after a restored backup: every handle is new, including the root's.
    server.epoch += 1
    simulation.now += 10 * second
    #expect(simulation.run(.attributes(path: bytes("d/f"))).attributes?.size == 3)
    #expect(simulation.client.sessionCounters.mounts == 2)
    #expect(simulation.run(.read(file, offset: 0, count: 10)).error == .server(.stale))
    guard let new = simulation.run(.open(path: bytes("d/f"), .read)).file else {
      return #expect(Bool(false))
    }
    #expect(simulation.run(.read(new, offset: 0, count: 10)).data == bytes("abc"))
  }

  @Test func busyServers() {
    _ = server.add("f", bytes("abc"))
    let simulation = Simulation(server)
    _ = simulation.run(.mount)
    _ = simulation.run(.statistics)
    server.busyAnswers = 3
    #expect(simulation.run(.attributes(path: bytes("f"))).attributes?.size == 3)
    guard let file = simulation.run(.open(path: bytes("f"), .read)).file else {
      return #expect(Bool(false))
    }
    server.busyAnswers = 3
    #expect(simulation.run(.read(file, offset: 0, count: 10)).data == bytes("abc"))
  }
}
