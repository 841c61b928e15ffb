// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Signing
import Streams
import TestSupport
import Time

@testable import TLS

/// A key of P-256 that signs for the server under test.
struct TestSigner: CertificateSigner {
  private final class Key {
    let key: SigningKey
    init(_ key: consuming SigningKey) { self.key = key }
  }
  /// The last request.
  private(set) var last: SigningRequest?
  /// Whether to refuse the next ones.
  var refuses = false
  private let key: Key

  init() {
    // SEC 1: version 1, a private key, and the name of the curve.
    var der: [UInt8] = [0x30, 0x31, 2, 1, 1, 4, 32]
    der += (1...32).map { UInt8($0) }
    der += [0xa0, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]
    guard let signingKey = SigningKey(.sec1, der: der.span) else { fatalError("the test's key") }
    key = Key(signingKey)
  }

  var publicKey: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 600)
    var span = bytes.mutableSpan
    let count = key.key.publicKey(into: &span) ?? 0
    return Array(bytes.prefix(count))
  }

  mutating func sign(
    _ request: SigningRequest, into signature: inout MutableSpan<UInt8>
  ) -> Int? {
    last = request
    return refuses ? nil : SignerRules.sign(request, with: key.key, into: &signature)
  }
}

/// An inner server that sends back what it receives, and whose output and disposal tests set.
struct Echo: StreamServer {
  struct Stream {
    var received: [UInt8] = []
    var output: [UInt8] = []
    var sent = 0
    var hasEnded = false
    var disposal = StreamDisposal.stayOpen
  }
  var streams: [Int: Stream] = [:]
  var secured: Set<Int> = []
  var lent: [Int: [UInt8]] = [:]
  var limit = 1000
  var appetite = Int.max
  var echoes = true
  var closedCount = 0
  var deadline = Instant.never
  var changed: [Int] = []

  mutating func open(now: Instant) -> Int? {
    guard let stream = (0..<limit).first(where: { streams[$0] == nil }) else { return nil }
    streams[stream] = Stream()
    return stream
  }
  mutating func setSecure(_ stream: Int) { secured.insert(stream) }
  func hasDirectOutput(_ stream: Int) -> Bool { lent[stream] != nil }
  mutating func sendDirectly(
    _ stream: Int, now: Instant, _ transport: (Span<UInt8>) -> Int
  ) {
    guard let bytes = lent[stream], outputCount(stream) == 0 else { return }
    let rest = Array(bytes.dropFirst(transport(bytes.span)))
    lent[stream] = rest.isEmpty ? nil : rest
  }
  mutating func receive(_ stream: Int, _ bytes: Span<UInt8>, now: Instant) -> Int {
    let count = min(bytes.count, appetite)
    streams[stream]?.received.append(copying: bytes.extracting(0..<count))
    if echoes { streams[stream]?.output.append(copying: bytes.extracting(0..<count)) }
    return count
  }
  mutating func peerEnded(_ stream: Int, now: Instant) {
    streams[stream]?.hasEnded = true
    streams[stream]?.disposal = .close
  }
  mutating func closed(_ stream: Int, now: Instant) {
    streams[stream] = nil
    closedCount += 1
  }
  func outputCount(_ stream: Int) -> Int { streams[stream]?.output.count ?? 0 }
  func withOutput<Result>(_ stream: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
    guard let output = streams[stream]?.output else { return nil }
    return body(output.span)
  }
  mutating func sent(_ stream: Int, _ count: Int, now: Instant) {
    streams[stream]?.output.removeFirst(count)
    streams[stream]?.sent += count
  }
  func disposal(_ stream: Int) -> StreamDisposal { streams[stream]?.disposal ?? .close }
  mutating func timePassed(now: Instant) { deadline = .never }
  mutating func nextChanged() -> Int? { changed.popLast() }
}

/// A server with clients, and the time.
final class Bench {
  var server: TLSServer<Echo, TestSigner>
  var now = Instant(nanoseconds: 1_000_000_000)

  init(_ change: (inout TLSSettings) -> Void = { _ in }) {
    var settings = TLSSettings([Bench.credential("localhost")])
    change(&settings)
    server = TLSServer(Echo(), settings, signer: TestSigner(), plainListener: 1)
  }

  static func credential(_ names: String...) -> Credential {
    Credential(
      chain: [[UInt8](repeating: 0x30, count: 400)], kind: .p256,
      names: names.map { [UInt8]($0.utf8) })
  }

  func open() throws -> Int {
    guard let stream = server.open(now: now) else { throw BenchError.refused }
    return stream
  }

  /// Sends bytes in pieces; returns all output.
  func exchange(_ stream: Int, _ bytes: [UInt8], piece: Int = .max) -> [UInt8] {
    var (output, start) = ([UInt8](), 0)
    while start < bytes.count {
      let end = min(bytes.count, piece == .max ? bytes.count : start + piece)
      tick()
      let taken = server.receive(stream, bytes.span.extracting(start..<end), now: now)
      let more = drain(stream)
      output += more
      start += taken
      if taken == 0, more.isEmpty, !pass() { break }
    }
    return output + drain(stream)
  }

  /// Takes all output.
  func drain(_ stream: Int) -> [UInt8] {
    var all: [UInt8] = []
    while server.send(
      stream, now: now,
      through: { bytes in
        all.append(copying: bytes)
        return bytes.count
      })
    {}
    return all
  }

  func tick(_ interval: Interval = Interval(nanoseconds: 1000)) { now += interval }

  /// Lets time pass if there is something to do; false if there is not.
  func pass() -> Bool {
    tick()
    guard now >= server.deadline else { return false }
    server.timePassed(now: now)
    while server.nextChanged() != nil {}
    return true
  }

  var connection: TLSConnection? { server.connections.compactMap(\.self).last }

  /// Finishes a handshake; throws if that fails.
  func handshake(_ client: TestClient, _ stream: Int, piece: Int = .max) throws {
    try client.take(exchange(stream, client.hello(), piece: piece))
    if client.needsRetry { try client.take(exchange(stream, client.hello(), piece: piece)) }
    guard client.isKeyed else { throw BenchError.notDone(client.alert) }
    try client.take(exchange(stream, client.finished(), piece: piece))
    guard client.alert == nil, server.connection(stream)?.phase == .established else {
      throw BenchError.notDone(client.alert)
    }
  }
}

enum BenchError: Error {
  case refused
  case notDone(UInt8?)
  case wrong(String)
}

func hex(_ text: String) -> [UInt8] {
  let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
  return stride(from: 0, to: digits.count - 1, by: 2).map {
    UInt8(digits[$0] * 16 + digits[$0 + 1])
  }
}

extension Secret {
  convenience init(_ bytes: [UInt8]) { self.init(copying: bytes.span) }

  var array: [UInt8] { withBytes { [UInt8](copying: $0) } }
}
