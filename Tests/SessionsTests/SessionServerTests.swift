// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Streams
import Testing
import Time

@testable import Sessions

/// Answers each line with its length, and `bye` with the end.
private struct LineLengths: Session {
  mutating func opened(_ output: inout SessionOutput) { output.write("hello\n") }

  mutating func receive(_ bytes: Span<UInt8>, _ output: inout SessionOutput) -> Int {
    for index in bytes.indices where bytes[index] == 10 {
      let line = String(
        decoding: (0..<index).map { bytes[$0] }, as: UTF8.self)
      if line == "bye" { output.end() } else { output.write("\(index)\n") }
      return index + 1
    }
    return 0
  }
}

@Suite struct SessionServerTests {
  private func text(_ server: SessionServer<LineLengths>, _ stream: Int) -> String {
    server.withOutput(stream) { bytes in
      String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    } ?? ""
  }

  /// Sends in pieces of `size`, reads everything.
  private func converse(_ input: String, pieces size: Int) -> String {
    var server = SessionServer { LineLengths() }
    guard let stream = server.open(now: .start) else { return "" }
    var (rest, output) = (Array(input.utf8)[...], "")
    while true {
      output += text(server, stream)
      server.sent(stream, server.outputCount(stream), now: .start)
      if server.disposal(stream) == .close { return output }
      if rest.isEmpty { server.peerEnded(stream, now: .start) }
      let piece = Array(rest.prefix(size))
      let taken = server.receive(stream, piece.span, now: .start)
      rest = rest.dropFirst(taken)
    }
  }

  @Test func answersInOrderHoweverTheInputIsSplit() {
    for size in 1...20 {
      #expect(converse("ab\n\nabcd\nbye\nignored\n", pieces: size) == "hello\n2\n0\n4\n")
      #expect(converse("ab\nno newline", pieces: size) == "hello\n2\n")
    }
  }

  @Test func aPeerThatDoesNotReadIsNotRead() {
    var server = SessionServer { LineLengths() }
    let stream = server.open(now: .start) ?? -1
    let lines = [UInt8](repeating: 10, count: 4096)
    var total = 0
    for _ in 0..<100 {
      let taken = server.receive(stream, lines.span, now: .start)
      if taken == 0 { break }
      total += taken
    }
    #expect(total < 20_000)
    #expect(server.outputCount(stream) < 16_384 + 8)
    server.sent(stream, 10_000, now: .start)
    #expect(server.receive(stream, lines.span, now: .start) > 0)
  }

  @Test func aLineWithoutEndIsCutOff() {
    var server = SessionServer { LineLengths() }
    let stream = server.open(now: .start) ?? -1
    let bytes = [UInt8](repeating: 65, count: 1000)
    for _ in 0..<6 { _ = server.receive(stream, bytes.span, now: .start) }
    #expect(server.disposal(stream) == .reset)
  }

  @Test func idlePeersAreCutOffAndOthersStay() {
    var server = SessionServer { LineLengths() }
    let idle = server.open(now: .start) ?? -1
    let busy = server.open(now: .start) ?? -1
    for stream in [idle, busy] { server.sent(stream, server.outputCount(stream), now: .start) }
    let later = Instant.start + .seconds(40)
    _ = server.receive(busy, [10].span, now: later)
    server.sent(busy, server.outputCount(busy), now: later)
    server.timePassed(now: .start + .seconds(60))
    #expect(server.nextChanged() == idle)
    #expect(server.nextChanged() == nil)
    #expect(server.disposal(idle) == .reset)
    #expect(server.disposal(busy) == .stayOpen)
    #expect(server.deadline == later + .seconds(60))
  }

  /// A session that writes when its peer has ended, and goes on.
  private struct Summary: Session {
    mutating func receive(_ bytes: Span<UInt8>, _ output: inout SessionOutput) -> Int {
      bytes.count
    }
    mutating func ended(_ output: inout SessionOutput) { output.write("over\n") }
  }

  @Test func theEndIsReportedOnce() {
    var server = SessionServer { Summary() }
    let stream = server.open(now: .start) ?? -1
    for _ in 0..<3 { server.peerEnded(stream, now: .start) }
    #expect(server.outputCount(stream) == 5)
    server.sent(stream, 5, now: .start)
    server.peerEnded(stream, now: .start)
    #expect(server.outputCount(stream) == 0)
  }

  @Test func aPeerThatStillSendsCanReadTheLastAnswer() {
    var server = SessionServer { LineLengths() }
    let stream = server.open(now: .start) ?? -1
    let input = Array("ab\nbye\nmore\n".utf8)
    #expect(server.receive(stream, input.span, now: .start) == input.count)
    server.sent(stream, server.outputCount(stream), now: .start)
    #expect(server.disposal(stream) == .endOutput)
    #expect(server.receive(stream, input.span, now: .start) == input.count)
    #expect(server.deadline <= .start + .seconds(2))
    server.timePassed(now: .start + .seconds(2))
    #expect(server.nextChanged() == stream)
    #expect(server.disposal(stream) == .close)
  }

  @Test func aPeerThatReadsTooSlowlyIsCutOff() {
    var server = SessionServer { LineLengths() }
    let slow = server.open(now: .start) ?? -1
    let fast = server.open(now: .start) ?? -1
    let lines = [UInt8](repeating: 10, count: 4096)
    for stream in [slow, fast] { _ = server.receive(stream, lines.span, now: .start) }
    server.sent(slow, 1, now: .start + .seconds(19))
    server.sent(fast, 2500, now: .start + .seconds(19))
    server.timePassed(now: .start + .seconds(20))
    #expect(server.disposal(slow) == .reset)
    #expect(server.disposal(fast) == .stayOpen)
  }

  /// Bytes that the session does not take do not keep a peer in its place.
  @Test func aLineThatTricklesInIsCutOff() {
    var server = SessionServer { LineLengths() }
    let stream = server.open(now: .start) ?? -1
    server.sent(stream, server.outputCount(stream), now: .start)
    for second in stride(from: 0, through: 59, by: 10) {
      _ = server.receive(stream, [65].span, now: .start + .seconds(UInt64(second)))
    }
    server.timePassed(now: .start + .seconds(60))
    #expect(server.disposal(stream) == .reset)
  }

  @Test func placesAreUsedAgain() {
    var limits = SessionServer<LineLengths>.Limits()
    limits.sessions = 2
    var server = SessionServer(limits) { LineLengths() }
    #expect([server.open(now: .start), server.open(now: .start)] == [0, 1])
    #expect(server.open(now: .start) == nil)
    server.closed(0, now: .start)
    #expect(server.open(now: .start) == 0)
  }
}
