// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing

@testable import WebSocket

/// The cases of the Autobahn test suite, groups 1 to 7, 9 and 10; the others are about compression, which we do not offer.
/// `Tests/Network/autobahn.py` runs the suite itself where it is installed.
struct AutobahnTests {
  private func check(_ test: AutobahnCase) {
    var echo = Echo(.large(1 << 20))
    // A case of the suite takes as long as it takes: the rate of control frames has tests of its own.
    for (index, piece) in test.pieces.enumerated() {
      let isLast = index + 1 == test.pieces.count
      if case .failed = test.end, isLast, test.name.hasPrefix("6.4.") {
        #expect(echo.endpoint.isOpen, "\(test.name) fails too early")
      }
      echo.receive(piece, chop: test.chop)
    }
    if test.end == .client { echo.receive(ClientFrame.close(1000)) }
    let frames = echo.frames
    #expect(Array(frames.dropLast()) == test.echoes, "\(test.name)")
    #expect(frames.last?.opcode == 8, "\(test.name)")
    #expect(echo.endpoint.disposal == .close, "\(test.name)")
    switch test.end {
    case .client:
      #expect(frames.last?.code == 1000, "\(test.name)")
      #expect(echo.close?.code == .normal, "\(test.name)")
    case .answered(let code):
      #expect(frames.last?.code == code, "\(test.name)")
      #expect(echo.close?.code.value == UInt16(code ?? 1005), "\(test.name)")
    case .failed(let code):
      #expect(frames.last?.code == code, "\(test.name)")
      #expect(echo.close?.code.value == UInt16(code), "\(test.name)")
    }
  }

  private func check(_ cases: [AutobahnCase], count: Int) {
    #expect(cases.count == count)
    for test in cases { check(test) }
  }

  @Test func framing() { check(AutobahnCase.framing, count: 16) }
  @Test func pingsAndPongs() { check(AutobahnCase.pings, count: 11) }
  @Test func reservedBits() { check(AutobahnCase.reservedBits, count: 7) }
  @Test func opcodes() { check(AutobahnCase.opcodes, count: 10) }
  @Test func fragmentation() { check(AutobahnCase.fragmentation, count: 20) }
  @Test func utf8() { check(AutobahnCase.texts, count: 13 + Utf8Sequences.cases.count) }
  @Test func closing() { check(AutobahnCase.closing, count: 37) }
  @Test func limitsAndFragmentsOfAnySize() { check(AutobahnCase.limits, count: 45) }
}
