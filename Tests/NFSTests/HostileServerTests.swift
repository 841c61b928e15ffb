// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import NFS
import NFSTestSupport
import TestSupport
import Testing
import Time

/// Whole sessions against a lying server that changes, omits, repeats and truncates bytes at random, at
/// every stage. Nothing traps, every request is answered once and in time, and the client recovers when
/// the server is honest again.
@Suite struct HostileServerTests {
  private static func bend(_ record: [UInt8], _ numbers: inout SeededGenerator) -> [UInt8]? {
    var bytes = record
    switch UInt8.random(in: 0..<10, using: &numbers) {
    case 0:
      return nil
    case 1:
      bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(
        in: 0...255, using: &numbers)
    case 2, 3:
      // Replaces a word of the results by a likely troublemaker.
      let word = Int.random(in: 0..<bytes.count / 4, using: &numbers) * 4
      let values: [UInt32] = [
        0, 1, 2, 3, 5, 64, 65, 70, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 10_008,
      ]
      let value = values.randomElement(using: &numbers) ?? 0
      for index in 0..<4 {
        bytes[word + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
      }
    case 4: bytes.removeLast(Int.random(in: 1...bytes.count, using: &numbers))
    case 5: bytes += bytes
    case 6: bytes += (0..<40).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    case 7:
      // Cuts the record, and corrects its mark.
      let count = Int.random(in: 0...bytes.count - 4, using: &numbers)
      bytes =
        [0x80, 0, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        + bytes[4..<4 + count]
    default: break
    }
    return bytes
  }

  private static func server() -> FakeServer {
    let server = FakeServer()
    let directory = server.add("d", type: 2)
    _ = server.add("f", [UInt8](repeating: 7, count: 3000), in: directory)
    _ = server.add("l", bytes("d/f"), type: 5)
    return server
  }

  @Test func sessions() {
    var numbers = SeededGenerator(seed: 4)
    for round in 0..<fuzzIterations(150) {
      let server = Self.server()
      server.readMaximum = [512, 1000, 65_536].randomElement(using: &numbers) ?? 512
      var settings = ClientSettings()
      settings.blockCount = 8
      settings.operationLimit = 16
      let simulation = Simulation(server, settings)
      var noise = SeededGenerator(seed: UInt64(round))
      simulation.bend = { record in
        Bool.random(using: &noise) ? Self.bend(record, &noise) : record
      }
      let paths = ["d/f", "l", "d", "", "x", "d/../l"].map { bytes($0) }
      for _ in 0..<6 {
        var tags: [UInt64] = []
        let file = handle("some")
        for path in paths {
          tags.append(simulation.start(.attributes(path: path)))
          tags.append(simulation.start(.open(path: path, .read)))
        }
        tags.append(simulation.start(.list(path: bytes("d"))))
        tags.append(simulation.start(.read(file, offset: 0, count: 5000)))
        let start = simulation.now
        simulation.wait(tags)
        #expect(simulation.now - start <= 30 * second)
        for tag in tags {
          if let file = simulation.results[tag]?.file {
            let result = simulation.run(.read(file, offset: 100, count: 5000))
            if let data = result.data { #expect(data.count <= 1 << 20) }
          }
        }
        #expect(simulation.client.operationCount == 0)
      }
      simulation.bend = { $0 }
      simulation.now += 60 * second
      // The client cannot recognise wrong data, but drops it when the file changes.
      for number in server.nodes.keys { server.nodes[number]?.modified = 99 }
      let opened = simulation.run(.open(path: bytes("l"), .read))
      guard let file = opened.file else {
        Issue.record("round \(round): not usable again: \(opened)")
        continue
      }
      #expect(
        simulation.run(.read(file, offset: 0, count: 5000)).data
          == [UInt8](repeating: 7, count: 3000))
    }
  }

  /// One record claims more bytes than it has, so that it swallows the honest answers after it. Arriving bytes alone
  /// must not count as a sign of life.
  @Test func aLengthThatSwallowsWhatFollows() {
    let simulation = Simulation(Self.server())
    #expect(simulation.run(.attributes(path: bytes("d/f"))).error == nil)
    var lies = 1
    simulation.bend = { record in
      guard lies > 0 else { return record }
      lies -= 1
      return [0x80, 0, 0xff, 0xff] + record.dropFirst(4)
    }
    simulation.now += 60 * second
    _ = simulation.run(.attributes(path: bytes("d/f")))
    #expect(lies == 0)
    let began = simulation.now
    while simulation.run(.attributes(path: bytes("d"))).error != nil {
      #expect(simulation.now - began <= 60 * second)
      if simulation.now - began > 60 * second { break }
    }
  }

  /// A server that sends only noise, in which records may never end.
  @Test func noise() {
    var numbers = SeededGenerator(seed: 5)
    for _ in 0..<fuzzIterations(100) {
      let simulation = Simulation(Self.server())
      simulation.bend = { _ in
        (0..<Int.random(in: 1...200, using: &numbers)).map { _ in
          UInt8.random(in: 0...255, using: &numbers) & (Bool.random(using: &numbers) ? 0xff : 0)
        }
      }
      #expect(simulation.run(.attributes(path: bytes("d/f"))).error == .timedOut)
    }
  }
}
