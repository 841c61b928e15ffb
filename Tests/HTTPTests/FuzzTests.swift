// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import HTTP
import Streams
import TestSupport
import Testing

/// Randomly damaged requests in pieces of random sizes: nothing traps, output stays within its limit,
/// invariants hold, and the sizes of the pieces make no difference.
@Suite struct FuzzTests {
  private static let seeds = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /x?y=%20 HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nT: v\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
    "HEAD http://a/b HTTP/1.0\r\nConnection: keep-alive\r\nRange: bytes=0-1,-5\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close, x\r\n\r\n",
    "GET http://[1::2.3.4.5]:80/?a HTTP/1.1\r\nHost: %41.b:080\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: [v1.a:b]\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"b\\\";c\";d\r\nx\r\n0;e\r\n\r\n",
  ]

  private static func mutate(_ input: [UInt8], _ numbers: inout SeededGenerator) -> [UInt8] {
    var bytes = input
    let special: [UInt8] = [0, 9, 10, 13, 32, 37, 44, 48, 58, 59, 102, 127, 255]
    for _ in 0..<Int.random(in: 0...4, using: &numbers) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &numbers)
      switch UInt8.random(in: 0..<6, using: &numbers) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &numbers)
      case 1: bytes[index] = special.randomElement(using: &numbers) ?? 0
      case 2: bytes.remove(at: index)
      case 3: bytes.insert(special.randomElement(using: &numbers) ?? 0, at: index)
      case 4:
        let end = min(bytes.count, index + Int.random(in: 1...20, using: &numbers))
        bytes.insert(contentsOf: Array(bytes[index..<end]), at: index)
      default: bytes.removeSubrange(index..<min(bytes.count, index + 8))
      }
    }
    return bytes
  }

  /// Serves `input` in pieces, or as a whole, with a server that answers every request. Returns its
  /// output, how the connection ended, and the most output there was at the same time.
  private static func serve(
    _ input: [UInt8], _ pieces: inout SeededGenerator, whole: Bool
  ) -> ([UInt8], StreamDisposal, largest: Int) {
    var limits = Limits()
    limits.headBytes = 512
    limits.outputBytes = 256
    limits.bodyBytes = 4096
    let connection = TestConnection(limits)
    var rest = input[...]
    var isReading = false
    var requestBytes = 0
    var largest = 0
    while true {
      let count = whole ? rest.count : min(rest.count, Int.random(in: 1...40, using: &pieces))
      let piece = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      connection.receive(piece)
      while true {
        if !isReading {
          guard connection.next() != nil else {
            if connection.flush().isEmpty { break }
            continue
          }
          isReading = true
          requestBytes = 0
        }
        let (body, progress) = connection.readBody()
        requestBytes += body.count
        largest = max(largest, connection.machine.outputCount)
        if progress == .waiting { break }
        isReading = false
        guard progress == .over else { break }
        connection.answer("\(requestBytes)")
        _ = connection.flush()
      }
      _ = connection.flush()
      largest = max(largest, connection.machine.outputCount)
      if rest.isEmpty { break }
    }
    connection.peerEnded()
    while connection.next() != nil { connection.answer("0") }
    if isReading { _ = connection.readBody() }
    _ = connection.flush()
    return (connection.sent, connection.machine.disposal, largest)
  }

  @Test func damagedRequests() {
    var numbers = SeededGenerator(seed: 3)
    for round in 0..<fuzzIterations(3000) {
      var input: [UInt8] = []
      for _ in 0..<Int.random(in: 1...4, using: &numbers) {
        input += Self.mutate(bytes(Self.seeds.randomElement(using: &numbers) ?? ""), &numbers)
      }
      let whole = Self.serve(input, &numbers, whole: true)
      let cut = Self.serve(input, &numbers, whole: false)
      // 100 (Continue) depends on what has arrived; nothing else does.
      let interim = "HTTP/1.1 100 Continue\r\n\r\n"
      let left = text(whole.0).split(separator: interim, omittingEmptySubsequences: false).joined()
      let right = text(cut.0).split(separator: interim, omittingEmptySubsequences: false).joined()
      if left != right || whole.1 != cut.1 {
        Issue.record("round \(round): \(text(input).debugDescription)\n\(left)\n\(right)")
      }
      #expect(whole.largest <= 512 && whole.1 != .stayOpen)
    }
  }
}
