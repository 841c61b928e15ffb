// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import TestSupport
import Testing
import Time
import Wire

/// Reassembly against a model that knows every byte.
@Suite struct ReassemblyTests {
  let host = Host { configuration in
    configuration.reassemblySlots = 3
    configuration.reassemblyByteCount = 6000
  }
  let station = MACAddress(2, 0, 0, 0, 0, 0x77)
  let own = IPv4Address(10, 0, 0, 1)
  let other = IPv4Address(10, 0, 0, 5)

  private func fragment(
    _ datagram: [UInt8], _ range: Range<Int>, identification: UInt16, isLast: Bool
  ) -> [UInt8] {
    Make.ip(
      Array(datagram[range]), .udp, from: other, to: own, at: host.hardware, by: station
    ) {
      $0.identification = identification
      $0.fragmentField = UInt16(range.lowerBound / 8) | (isLast ? 0 : 0x2000)
    }
  }

  private func read(_ socket: UDPSocket) -> [UInt8]? {
    host.stack.readDatagram(socket) { bytes, _ in bytes.array }
  }

  @Test func twoHalves() throws {
    let socket = try host.stack.bind(port: 7)
    let payload = (0..<3000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let datagram = Make.udp(payload, from: (other, 4000), to: (own, 7))
    host.exchange(fragment(datagram, 1480..<datagram.count, identification: 1, isLast: true))
    #expect(read(socket) == nil)
    host.exchange(fragment(datagram, 0..<1480, identification: 1, isLast: false))
    #expect(read(socket) == payload)
    #expect(host.counters.fragments == 2 && host.counters.reassembled == 1)
  }

  @Test func tooLarge() throws {
    let socket = try host.stack.bind(port: 7, queueByteCount: 16384)
    for (count, fits) in [(5990, true), (6100, false)] {
      let datagram = Make.udp(
        [UInt8](repeating: 1, count: count), from: (other, 4000), to: (own, 7))
      var start = 0
      while start < datagram.count {
        let end = min(start + 1480, datagram.count)
        host.exchange(
          fragment(
            datagram, start..<end, identification: UInt16(count), isLast: end == datagram.count))
        start = end
      }
      #expect((read(socket) != nil) == fits)
    }
  }

  @Test func oldFragments() throws {
    let socket = try host.stack.bind(port: 7)
    let datagram = Make.udp([UInt8](repeating: 1, count: 2000), from: (other, 4000), to: (own, 7))
    host.exchange(fragment(datagram, 0..<1480, identification: 1, isLast: false))
    host.now = host.now + .seconds(16)
    host.exchange(fragment(datagram, 1480..<2008, identification: 1, isLast: true))
    #expect(read(socket) == nil)
  }

  /// Several packets at once in fragments of random sizes, repeated, lost, reordered and
  /// overlapping. Exactly the packets that the model completes arrive.
  @Test func againstModel() throws {
    struct Model {
      var datagram: [UInt8]
      var have: [Bool]
      var isSpoilt = false
    }
    let socket = try host.stack.bind(port: 7, queueByteCount: 1 << 16)
    var random = SeededGenerator(seed: 42)
    var whole = 0
    for round in 0..<fuzzIterations(300) {
      host.now = host.now + .seconds(20)
      var models = (0..<3).map { _ in
        let datagram = Make.udp(
          random.bytes(1500 + random.below(4400)), from: (other, 4000), to: (own, 7))
        return Model(datagram: datagram, have: [Bool](repeating: false, count: datagram.count))
      }
      var pieces: [(Int, Range<Int>)] = []
      for index in models.indices {
        let count = models[index].datagram.count
        var start = 0
        while start < count {
          let end = min(count, start + 8 * (1 + random.below(180)))
          if !random.chance(20) { pieces.append((index, start..<end)) }
          if random.chance(100) { pieces.append((index, start..<end)) }
          start = end
        }
        if random.chance(100) {
          let low = 8 * random.below(max(count / 8, 1))
          pieces.append((index, low..<min(count, low + 8 * (1 + random.below(50)))))
        }
      }
      var left = pieces
      var sets = models.map { _ in [Range<Int>]() }
      while !left.isEmpty {
        let (index, range) = left.remove(at: random.chance(700) ? 0 : random.below(left.count))
        let count = models[index].datagram.count
        guard !range.isEmpty else { continue }
        host.exchange(
          fragment(
            models[index].datagram, range, identification: UInt16(round * 3 + index & 0xffff),
            isLast: range.upperBound == count))
        let isKnown = range.allSatisfy { models[index].have[$0] }
        let isPartlyKnown = range.contains { models[index].have[$0] }
        if models[index].isSpoilt { continue }
        if isPartlyKnown, !isKnown { models[index].isSpoilt = true }
        if isKnown { continue }
        sets[index].append(range)
        if stretches(sets[index]) > 16 { models[index].isSpoilt = true }
        guard !models[index].isSpoilt else { continue }
        for place in range { models[index].have[place] = true }
        let isWhole = models[index].have.allSatisfy { $0 }
        let got = read(socket)
        guard isWhole == (got != nil), got == nil || got == Array(models[index].datagram[8...])
        else {
          Issue.record("round \(round), packet \(index): whole \(isWhole), got \(got?.count ?? -1)")
          return
        }
        if isWhole {
          whole += 1
          // Its fragments, when repeated, begin a new packet.
          models[index].have = [Bool](repeating: false, count: count)
          sets[index] = []
        }
      }
    }
    #expect(whole > 100)
  }

  private func stretches(_ ranges: [Range<Int>]) -> Int {
    let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
    var count = 0
    var end = -1
    for range in sorted {
      if range.lowerBound > end { count += 1 }
      end = max(end, range.upperBound)
    }
    return count
  }
}
