// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import TestSupport
import Testing
import Time

@testable import WebSocket

struct FuzzTests {
  /// A conversation of random frames, right or wrong.
  private func conversation(_ random: inout SeededGenerator, mistakes: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var isWithin = false
    for _ in 0..<random.below(12) {
      let payload = random.bytes(random.chance(100) ? random.below(300) : random.below(20))
      let text = payload.map { $0 & 0x7f }
      let mask = random.bytes(4)
      switch random.below(6) {
      case 0: bytes += ClientFrame.bytes(9, Array(text.prefix(125)), mask: mask)
      case 1: bytes += ClientFrame.bytes(10, Array(text.prefix(125)), mask: mask)
      default:
        let isFinal = random.chance(600)
        bytes += ClientFrame.bytes(isWithin ? 0 : 1, text, final: isFinal, mask: mask)
        isWithin = !isFinal
      }
    }
    if random.chance(500) { bytes += ClientFrame.close(1000, "bye") }
    if !bytes.isEmpty, random.chance(mistakes) {
      for _ in 0...random.below(4) {
        bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
    }
    return bytes
  }

  private func same(_ left: Echo, _ right: Echo) -> Bool {
    left.events == right.events && left.sent == right.sent
      && left.endpoint.disposal == right.endpoint.disposal
  }

  @Test func howBytesArriveMakesNoDifference() {
    var random = SeededGenerator(seed: 21)
    for _ in 0..<fuzzIterations(1000) {
      let bytes = conversation(&random, mistakes: 400)
      var whole = Echo()
      whole.receive(bytes)
      for chop in [1, 2, 3, 7, 1 + random.below(100)] {
        var echo = Echo()
        echo.receive(bytes, chop: chop)
        #expect(same(echo, whole), "\(chop): \(bytes)")
      }
    }
  }

  @Test func everySplitInTwo() {
    let bytes =
      ClientFrame.text("Hello, ", final: false) + ClientFrame.ping("p")
      + ClientFrame.more("w\u{f6}rld")
      + ClientFrame.bytes(2, [UInt8](repeating: 3, count: 200)) + ClientFrame.close(1000, "bye")
    var whole = Echo()
    whole.receive(bytes)
    #expect(whole.frames.map(\.opcode) == [10, 1, 2, 8])
    for place in 0...bytes.count {
      var echo = Echo()
      echo.receive(Array(bytes[..<place]))
      echo.receive(Array(bytes[place...]))
      #expect(same(echo, whole), "\(place)")
      // The peer may go at any place.
      var cut = Echo()
      cut.receive(Array(bytes[..<place]))
      let isOver = !cut.endpoint.isOpen
      cut.endpoint.peerEnded()
      cut.pass(.zero)
      #expect(cut.close?.code == (isOver ? .normal : .abnormal), "\(place)")
    }
  }

  @Test func noiseKeepsWithinTheLimits() {
    var random = SeededGenerator(seed: 22)
    var limits = WebSocketLimits()
    limits.messageByteCount = 500
    limits.outputByteCount = 700
    for _ in 0..<fuzzIterations(2000) {
      var echo = Echo(limits)
      for _ in 0..<random.below(6) {
        let noise = random.chance(500)
        let bytes = noise ? random.bytes(random.below(60)) : conversation(&random, mistakes: 500)
        var taken = 0
        while taken < bytes.count {
          let count = echo.endpoint.receive(
            bytes.span.extracting(taken..<bytes.count), now: echo.now)
          taken += count
          #expect(echo.endpoint.message.count <= 500)
          while let event = echo.endpoint.nextEvent() {
            echo.events.append(event)
            if case .text(let text) = event { _ = echo.endpoint.send(text: text.utf8.span) }
          }
          // A Close frame may come on top.
          #expect(echo.endpoint.outputCount <= 700 + 127)
          guard count == 0 else { continue }
          #expect(echo.endpoint.outputCount > 0)
          if random.chance(100) { break }
          echo.takeOutput()
        }
        if random.chance(300) { echo.endpoint.close() }
        echo.pass(.milliseconds(random.below(40_000)))
      }
      echo.endpoint.abort()
      echo.pass(.zero)
      // Exactly one end, after everything else.
      let ends = echo.events.filter { if case .closed = $0 { true } else { false } }
      #expect(ends.count == 1 && echo.close != nil)
    }
  }
}
