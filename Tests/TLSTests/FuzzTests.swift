// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import TestSupport
import Testing
import Time

@testable import TLS

/// Wrong bytes in every layer: nothing traps, every connection only goes forward, and memory is accounted for.
@Suite struct FuzzTests {
  /// Hellos to start from.
  private func hellos() -> [[UInt8]] {
    let plain = TestClient()
    let rich = TestClient()
    rich.suites = [.aes256GCM, .chaCha20Poly1305, .aes128GCM]
    rich.shares = Group.all
    rich.extra = [(28, [0x40, 0]), (42, []), (21, [0, 0]), (44, [0, 1, 1])]
    rich.ticket = ([UInt8](repeating: 1, count: 70), [UInt8](repeating: 2, count: 32), .aes128GCM)
    return [plain.helloMessage(), rich.helloMessage(), Trace.clientHello, Trace.boundHello]
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    for _ in 0..<1 + random.below(3) {
      guard !bytes.isEmpty else { return }
      let index = random.below(bytes.count)
      switch random.below(6) {
      case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes[index] ^= 1 << UInt8(random.below(8))
      case 2: bytes.remove(at: index)
      case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
      case 4: bytes.removeSubrange(index..<min(index + random.below(20), bytes.count))
      default:
        let end = min(index + random.below(40), bytes.count)
        bytes.insert(contentsOf: bytes[index..<end], at: random.below(bytes.count))
      }
    }
  }

  /// The parser, and what is agreed on.
  @Test func messages() {
    let templates = hellos()
    let settings = TLSSettings([Bench.credential("localhost"), Bench.credential("*.a.b")])
    var random = SeededGenerator(seed: 11)
    var accepted = 0
    for _ in 0..<fuzzIterations(20_000) {
      var bytes = templates[random.below(templates.count)]
      mutate(&bytes, &random)
      do throws(Alert) {
        let retry: Group? = random.chance(300) ? .x25519 : nil
        let agreement = try Agreement(bytes.span, settings, retry: retry)
        _ = try agreement.credential(bytes.span, settings)
        _ = try agreement.hello.repeatedDigest(bytes.span)
        _ = agreement.mayResume(random.below(3), bytes.span, settings)
        accepted += 1
      } catch { continue }
    }
    #expect(accepted > 0)
  }

  @Test func tickets() {
    var keys = TicketKeys(lifetime: .seconds(100), .aes128GCM, window: 100)
    var random = SeededGenerator(seed: 12)
    let secret = Secret([UInt8](repeating: 9, count: 32))
    let now = Instant(nanoseconds: 5)
    let whole = keys.seal(.aes128GCM, credential: 0, secret, proved: now, now: now)
    for _ in 0..<fuzzIterations(20_000) {
      var bytes = whole
      mutate(&bytes, &random)
      let isOpen = keys.open(bytes.span, now: now) != nil
      #expect(!isOpen || bytes == whole)
    }
  }

  /// Phases that may follow each other in one call of `receive`.
  private func mayFollow(_ new: TLSConnection.Phase, _ old: TLSConnection.Phase) -> Bool {
    switch old {
    case .awaitingHello: true
    case .awaitingSecondHello: new != .awaitingHello
    case .awaitingTurn: ![.awaitingHello, .awaitingSecondHello].contains(new)
    case .awaitingFinished: [.awaitingFinished, .established, .ended].contains(new)
    case .established: new == .established || new == .ended
    case .ended: new == .ended
    }
  }

  /// One of the things that a client may do, or should not.
  private func action(
    _ client: TestClient, _ random: inout SeededGenerator, _ hello: [UInt8]
  ) -> [UInt8] {
    let content = random.bytes(random.below(40))
    let types: [UInt8] = [20, 21, 22, 23, 24]
    switch random.below(14) {
    case 0: return client.hello()
    case 1, 2, 3: return client.isKeyed ? client.finished() : client.hello()
    case 4, 5: return client.sealed(23, content, padding: random.below(3) * 20)
    case 6: return client.keyUpdate(UInt8(random.below(3)))
    case 7: return client.sealed(21, [1, UInt8(random.below(2)) * 90])
    case 8: return client.sealed(types[random.below(5)], content)
    case 9: return client.record(types[random.below(5)], content)
    case 10: return client.record(20, [1])
    case 11:
      return client.sealed(22, [UInt8(random.below(30)), 0, 0, UInt8(random.below(3))] + content)
    case 12:
      var bytes = client.sealed(23, content)
      mutate(&bytes, &random)
      return bytes
    default:
      var bytes = hello
      mutate(&bytes, &random)
      return client.record(22, bytes)
    }
  }

  /// Clients that do what they should in part.
  @Test func conversations() throws {
    let bench = Bench {
      $0.recordsForKey = 5
      $0.memoryLimit = 4000
      $0.handshakeLimit = 3
    }
    let templates = hellos()
    var random = SeededGenerator(seed: 13)
    var (established, ticket) = (0, nil as (bytes: [UInt8], key: [UInt8], suite: CipherSuite)?)
    for round in 0..<fuzzIterations(3000) {
      let client = TestClient()
      if random.chance(200) { client.shares = [] }
      if random.chance(300) { client.ticket = ticket }
      if random.chance(50) { client.extra = [(42, [])] }
      let stream = try bench.open()
      var phase = TLSConnection.Phase.awaitingHello
      for step in 0..<2 + random.below(8) {
        let isFirst = step == 0 && random.chance(900)
        let bytes = isFirst ? client.hello() : action(client, &random, templates[round & 3])
        let piece = random.chance(200) ? 1 + random.below(30) : Int.max
        // A client that cannot read on does not.
        try? client.take(bench.exchange(stream, bytes, piece: piece))
        if random.chance(20) { bench.server.peerEnded(stream, now: bench.now) }
        if random.chance(20) { bench.tick(.seconds(11)) }
        let next = bench.server.connection(stream)!.phase
        #expect(mayFollow(next, phase), "round \(round): \(phase), \(next)")
        phase = next
        #expect(
          bench.server.heldByteCount == bench.server.connections.reduce(0) { $0 + ($1?.held ?? 0) })
      }
      if phase == .established { established += 1 }
      ticket = client.tickets.last ?? ticket
      bench.server.closed(stream, now: bench.now)
      #expect(bench.server.heldByteCount == 0 && bench.server.inner.streams.isEmpty)
      #expect(bench.server.handshaking.isEmpty && bench.server.waiting.isEmpty)
    }
    #expect(established > 0 && bench.server.resumedCount > 0)
  }

  /// Bytes of no protocol.
  @Test func noise() throws {
    let bench = Bench()
    var random = SeededGenerator(seed: 14)
    for _ in 0..<fuzzIterations(5000) {
      let stream = try bench.open()
      var bytes = random.bytes(random.below(100))
      if bytes.count > 5, random.chance(700) {
        bytes.replaceSubrange(
          0..<5, with: [20 + UInt8(random.below(4)), 3, 1, 0, UInt8(bytes.count - 5)])
      }
      _ = bench.exchange(stream, bytes)
      let phase = bench.server.connection(stream)?.phase
      #expect(phase == .awaitingHello || phase == .ended)
      bench.server.closed(stream, now: bench.now)
    }
  }
}
