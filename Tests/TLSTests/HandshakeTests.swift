// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Signing
import Testing
import Time

@testable import TLS

/// Handshakes that go well, in every way that they can.
@Suite struct HandshakeTests {
  @Test(arguments: [CipherSuite.aes128GCM, .aes256GCM, .chaCha20Poly1305], Group.all)
  func suitesAndGroups(_ suite: CipherSuite, _ group: Group) throws {
    let (bench, client) = (Bench(), TestClient())
    client.suites = [suite]
    client.shares = [group]
    let stream = try bench.open()
    try bench.handshake(client, stream)
    #expect(client.suite == suite && client.changes == 1 && client.tickets.count == 2)
    try client.take(bench.exchange(stream, client.sealed(23, [1, 2, 3])))
    #expect(client.text == [1, 2, 3] && bench.server.inner.streams[stream]?.sent == 3)
    #expect(bench.server.heldByteCount == 0, "idle, a connection holds no records")
  }

  /// The signature is one of what RFC 8446, 4.4.3 says, and Finished is right (the client checks it).
  @Test func proof() throws {
    let (bench, client) = (Bench(), TestClient())
    try bench.handshake(client, bench.open())
    let proof = try #require(client.proof)
    #expect(proof.scheme == 0x0403)
    var content = [UInt8](repeating: 0x20, count: 64)
    content += "TLS 1.3, server CertificateVerify".utf8
    content += [0] + proof.hash
    let last = bench.server.signer.last
    let request = try #require(last)
    #expect(SignerRules.content(of: request) == content)
    var digest = [UInt8](repeating: 0, count: 32)
    var span = digest.mutableSpan
    HashFunction.sha256.hash(content.span, into: &span)
    let der = bench.server.signer.publicKey
    let key = VerifyingKey(der: der.span)!
    let isRight = key.verify(proof.signature.span, of: digest.span, .sha256)
    #expect(isRight)
  }

  @Test(arguments: Group.all) func retry(_ group: Group) throws {
    let (bench, client) = (Bench(), TestClient())
    client.shares = []
    client.groups = [0x6399, group.rawValue]
    let stream = try bench.open()
    try bench.handshake(client, stream)
    #expect(client.retryGroup == group && client.changes == 1)
    #expect(bench.server.connection(stream)?.phase == .established)
  }

  /// Hello and Finished in pieces, in records, and split between records.
  @Test(arguments: [1, 2, 3, 5, 17, 100]) func fragments(_ size: Int) throws {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    func split(_ message: [UInt8], _ record: ([UInt8]) -> [UInt8]) -> [UInt8] {
      stride(from: 0, to: message.count, by: size).flatMap {
        record(Array(message[$0..<min($0 + size, message.count)]))
      }
    }
    let hello = split(client.started(client.helloMessage())) { client.record(22, $0) }
    try client.take(bench.exchange(stream, hello, piece: size))
    let message = client.finishedMessage()
    let finished = split(message) { client.sealed(22, $0) }
    client.useApplicationKeys(message)
    try client.take(bench.exchange(stream, finished, piece: size))
    #expect(bench.server.connection(stream)?.phase == .established)
  }

  @Test func names() throws {
    let bench = Bench {
      $0.credentials = [
        Bench.credential("localhost"), Bench.credential("Example.org", "*.example.org"),
      ]
    }
    let cases = [
      ("localhost", 0), ("EXAMPLE.org", 1), ("a.example.org", 1), ("a.b.example.org", 0),
      (".example.org", 0), ("unknown", 0),
    ]
    for (name, expected) in cases {
      let client = TestClient()
      client.name = name
      try bench.handshake(client, bench.open())
      #expect(bench.server.signer.last?.key == expected, "\(name)")
    }
  }

  @Test func applicationProtocols() throws {
    let bench = Bench()
    let client = TestClient()
    client.protocols = ["h2", "http/1.1"]
    try bench.handshake(client, bench.open())
    #expect(client.encryptedExtensions.suffix(8).elementsEqual("http/1.1".utf8))
    let silent = TestClient()
    silent.protocols = []
    silent.name = nil
    try bench.handshake(silent, bench.open())
    #expect(silent.encryptedExtensions == [8, 0, 0, 2, 0, 0])
    // A server without protocols ignores the extension.
    let plain = Bench { $0.applicationProtocols = [] }
    let other = TestClient()
    other.protocols = ["h2"]
    other.name = nil
    try plain.handshake(other, plain.open())
    #expect(other.encryptedExtensions == [8, 0, 0, 2, 0, 0])
  }

  @Test func recordSizeLimit() throws {
    let (bench, client) = (Bench(), TestClient())
    client.extra = [(28, [0, 65])]
    let stream = try bench.open()
    try bench.handshake(client, stream)
    #expect(client.tickets.count == 2, "which are longer than a record")
    bench.server.inner.streams[stream]?.output = [UInt8](repeating: 9, count: 1000)
    try client.take(bench.exchange(stream, client.sealed(23, [1])))
    #expect(client.text.count == 1001 && client.longestRecord == 5 + 65 + 16)
  }

  /// The client's padding does not count; ours has none.
  @Test func padding() throws {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    try bench.handshake(client, stream)
    try client.take(bench.exchange(stream, client.sealed(23, [7, 0, 0], padding: 1000)))
    #expect(client.text == [7, 0, 0])
    try client.take(bench.exchange(stream, client.sealed(23, [8], padding: (1 << 14) - 1)))
    #expect(client.text == [7, 0, 0, 8])
  }

  @Test func keyUpdates() throws {
    let bench = Bench { $0.recordsForKey = 8 }
    let client = TestClient()
    let stream = try bench.open()
    try bench.handshake(client, stream)
    // The client's own, and with a request.
    try client.take(bench.exchange(stream, client.keyUpdate(0)))
    #expect(client.keyUpdates == [])
    try client.take(bench.exchange(stream, client.keyUpdate(1)))
    #expect(client.keyUpdates == [0])
    // Ours after some records, and a request for the client's.
    for round in 0..<20 {
      try client.take(bench.exchange(stream, client.sealed(23, [UInt8(round)])))
    }
    #expect(client.keyUpdates.contains(1) && client.text == (0..<20).map { UInt8($0) })
    #expect(client.keyUpdates.filter { $0 == 1 }.count == 1, "one request until it is met")
    try client.take(bench.exchange(stream, client.keyUpdate(0)))
    for round in 0..<20 {
      try client.take(bench.exchange(stream, client.sealed(23, [UInt8(round)])))
    }
    #expect(client.keyUpdates.filter { $0 == 1 }.count == 2 && client.text.count == 40)
  }

  @Test func refusedSignature() throws {
    let (bench, client) = (Bench(), TestClient())
    bench.server.signer.refuses = true
    #expect(throws: BenchError.self) { try bench.handshake(client, bench.open()) }
    #expect(client.alert == Alert.internalError.rawValue)
  }
}
