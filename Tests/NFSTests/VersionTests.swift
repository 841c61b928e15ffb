// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import NFSTestSupport
import Testing
import Time

@testable import NFS

/// Data is returned and cached with the version of the file that it belongs to.
@Suite struct VersionTests {
  private let server = FakeServer()

  private func open(_ simulation: Simulation, _ name: String) throws -> FileHandle {
    try #require(simulation.run(.open(path: bytes(name), .read)).file)
  }

  /// The server returns with another read size: waiting reads get their blocks in the new size.
  @Test(arguments: [512, 8192, 16_384] as [UInt32])
  func readsGoOnWhenTheReadSizeChanges(_ maximum: UInt32) throws {
    let data = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 >> 3) }
    _ = server.add("f", data)
    let simulation = Simulation(server)
    let file = try open(simulation, "f")
    simulation.isDown = true
    simulation.cut()
    let tags = [0, 7, 65_000].map { simulation.start(.read(file, offset: $0, count: 4000)) }
    let began = simulation.now
    // The server is away for long enough that the client mounts again.
    while simulation.now < began + 3 * second { simulation.step() }
    server.readMaximum = maximum
    server.readLimit = Int(maximum)
    simulation.isDown = false
    simulation.wait(tags)
    for (tag, offset) in zip(tags, [0, 7, 65_000]) {
      let found = try #require(simulation.results[tag]?.data)
      #expect(!found.isEmpty && found == Array(data[offset..<offset + found.count]))
    }
    #expect(simulation.now < began + 12 * second)
  }

  /// A write happens between the server's read and its attributes: the old data must not be cached under the
  /// new version.
  @Test(arguments: [1000, 150_000]) func aWriteBetweenDataAndAttributes(_ size: Int) throws {
    let (old, new) = ([UInt8](repeating: 1, count: size), [UInt8](repeating: 2, count: size))
    let number = server.add("f", old)
    let simulation = Simulation(server)
    let file = try open(simulation, "f")
    var isWritten = false
    server.hasRead = {
      guard !isWritten else { return }
      isWritten = true
      self.server.nodes[number]?.data = new
      self.server.nodes[number]?.modified = 2
      self.server.nodes[number]?.changed = 2
    }
    _ = simulation.run(.read(file, offset: 0, count: 100))
    let version = try #require(simulation.run(.currentAttributes(file)).attributes)
    #expect(version.modified.seconds == 2)
    #expect(simulation.run(.read(file, offset: 0, count: 100)).data == Array(new[..<100]))
  }

  /// Programs may set the modification time back; the change time still reveals the new version.
  @Test func timesThatAreSetBack() throws {
    let number = server.add("f", [1, 2, 3])
    let simulation = Simulation(server)
    let file = try open(simulation, "f")
    #expect(simulation.run(.read(file, offset: 0, count: 9)).data == [1, 2, 3])
    server.nodes[number]?.data = [4, 5, 6]
    server.nodes[number]?.changed = 2
    _ = simulation.run(.currentAttributes(file))
    #expect(simulation.run(.read(file, offset: 0, count: 9)).data == [4, 5, 6])
  }

  /// A server that returns data without attributes: blocks read before the attributes were known are read again.
  @Test func dataOfNoVersion() throws {
    server.omitsAttributes = true
    let number = server.add("f", [1, 2, 3])
    let simulation = Simulation(server)
    let file = try open(simulation, "f")
    #expect(simulation.run(.read(file, offset: 0, count: 9)).data == [1, 2, 3])
    server.nodes[number]?.data = [4, 5, 6]
    server.nodes[number]?.modified = 2
    _ = simulation.run(.currentAttributes(file))
    #expect(simulation.run(.read(file, offset: 0, count: 9)).data == [4, 5, 6])
  }
}
