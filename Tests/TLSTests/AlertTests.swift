// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Testing
import Time

@testable import TLS

/// What is wrong with a ClientHello, and the alert for it.
struct WrongHello: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let alert: Alert
  let change: @Sendable (TestClient) -> Void

  init(_ name: String, _ alert: Alert, _ change: @escaping @Sendable (TestClient) -> Void) {
    testDescription = name
    self.alert = alert
    self.change = change
  }

  static let all: [WrongHello] = [
    .init("only TLS 1.2", .protocolVersion) { $0.versions = [0x0303] },
    .init("no versions", .protocolVersion) { $0.without = [43] },
    .init("compression", .illegalParameter) { $0.compressions = [1, 0] },
    .init("no compression", .decodeError) { $0.compressions = [] },
    .init("long session", .decodeError) { $0.session = [UInt8](repeating: 0, count: 33) },
    .init("no suites", .decodeError) { $0.suites = [] },
    .init("no groups", .missingExtension) { $0.without = [10] },
    .init("no shares", .missingExtension) { $0.without = [51] },
    .init("no schemes", .missingExtension) { $0.without = [13] },
    .init("other groups", .handshakeFailure) {
      $0.groups = [0x18, 0x19]
      $0.shares = []
    },
    .init("other schemes", .handshakeFailure) { $0.schemes = [0x0804] },
    .init("other protocols", .noApplicationProtocol) { $0.protocols = ["h2"] },
    .init("share without group", .illegalParameter) { $0.groups = [0x17] },
    .init("same share twice", .illegalParameter) { $0.shares = [.x25519, .x25519] },
    .init("same extension twice", .illegalParameter) { $0.extra = [(0x1234, []), (0x1234, [])] },
    .init("known extension twice", .illegalParameter) { $0.extra = [(43, [2, 3, 4])] },
    .init("same of many twice", .illegalParameter) { client in
      client.extra = (0..<100).map { ($0 * 7 + 1000, []) } + [(1007, [])]
    },
    .init("early data with content", .decodeError) { $0.extra = [(42, [1])] },
    .init("small record limit", .illegalParameter) { $0.extra = [(28, [0, 63])] },
    .init("empty name", .decodeError) { $0.name = "" },
    .init("empty protocol", .decodeError) { $0.protocols = [""] },
    .init("two names", .illegalParameter) {
      $0.name = nil
      $0.extra = [(0, [0, 8, 0, 0, 1, 0x61, 0, 0, 1, 0x62])]
    },
    .init("list of odd size", .decodeError) {
      $0.without = [10]
      $0.extra = [(10, [0, 3, 0, 0x1d, 0])]
    },
    .init("behind the tickets", .illegalParameter) {
      $0.ticket = ([UInt8](repeating: 1, count: 40), [UInt8](repeating: 2, count: 32), .aes128GCM)
      $0.without = [45, 41]
      $0.extra = [
        (45, [1, 1]),
        (41, [0, 7, 0, 1, 1, 0, 0, 0, 0, 0, 33, 32] + [UInt8](repeating: 0, count: 32)),
        (0x1234, []),
      ]
    },
    .init("fewer binders", .illegalParameter) {
      $0.without = [45]
      $0.extra = [
        (45, [1, 1]),
        (
          41,
          [0, 14, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 33, 32]
            + [UInt8](repeating: 0, count: 32)
        ),
      ]
    },
    .init("more binders", .illegalParameter) {
      $0.without = [45]
      $0.extra = [
        (45, [1, 1]),
        (
          41,
          [0, 7, 0, 1, 1, 0, 0, 0, 0, 0, 66, 32] + [UInt8](repeating: 0, count: 32)
            + [32] + [UInt8](repeating: 0, count: 32)
        ),
      ]
    },
  ]
}

@Suite struct AlertTests {
  @Test(arguments: WrongHello.all) func hello(_ wrong: WrongHello) throws {
    let (bench, client) = (Bench(), TestClient())
    wrong.change(client)
    let stream = try bench.open()
    try client.take(bench.exchange(stream, client.hello()))
    #expect(client.alert == wrong.alert.rawValue)
    #expect(bench.server.disposal(stream) == .endOutput)
    #expect(bench.server.signer.last == nil, "nothing was signed")
  }

  /// Key shares that are not points, or that have no secret.
  @Test(
    arguments: [
      (Group.x25519, [UInt8](repeating: 0, count: 32)), (.x25519, [UInt8](repeating: 9, count: 31)),
      (.x25519, [UInt8](repeating: 9, count: 33)), (.p256, [UInt8](repeating: 4, count: 65)),
      (.p256, [2] + [UInt8](repeating: 1, count: 32)), (.p256, [0]),
    ] as [(Group, [UInt8])]) func share(_ group: Group, _ key: [UInt8]) throws
  {
    let (bench, client) = (Bench(), TestClient())
    client.without = [51]
    var content: [UInt8] = []
    content.appendVector(2) { all in
      all.append(Int(group.rawValue), size: 2)
      all.appendVector(2) { $0 += key }
    }
    client.extra = [(51, content)]
    try client.take(bench.exchange(bench.open(), client.hello()))
    #expect(client.alert == Alert.illegalParameter.rawValue)
  }

  /// After a HelloRetryRequest, a client must repeat what it has said, with the share that was asked for.
  @Test(arguments: 0..<7) func secondHello(_ which: Int) throws {
    let (bench, client) = (Bench(), TestClient())
    client.shares = []
    let stream = try bench.open()
    try client.take(bench.exchange(stream, client.hello()))
    #expect(client.retryGroup == .x25519)
    switch which {
    case 0: client.suites = [.aes128GCM, .aes256GCM]
    case 1: client.name = "other"
    case 2: client.session[3] = 0
    case 3: client.extra = [(0x1234, [])]
    case 4:
      // The share that was asked for, and another one.
      client.without = [51]
      var content: [UInt8] = []
      content.appendVector(2) { all in
        for (group, count) in [(Group.x25519, 32), (.p256, 65)] {
          all.append(Int(group.rawValue), size: 2)
          all.appendVector(2) { $0 += [UInt8](repeating: 9, count: count) }
        }
      }
      client.extra = [(51, content)]
    case 5: client.extra = [(44, [0, 1, 5])]  // A cookie, which was not asked for.
    default:
      client.without = [51]
      client.extra = [(51, [0, 0])]
    }
    try client.take(bench.exchange(stream, client.hello()))
    #expect(client.alert == Alert.illegalParameter.rawValue)
  }

  /// SSL 3.0 must not be named, not even as the legacy version; any other one has no meaning.
  @Test(arguments: [(0x0300, true), (0x0002, true), (0x0301, false), (0xfefe, false)])
  func legacyVersion(_ version: Int, _ isRefused: Bool) throws {
    let (bench, client) = (Bench(), TestClient())
    var message = client.helloMessage()
    (message[4], message[5]) = (UInt8(version >> 8), UInt8(version & 0xff))
    try client.take(bench.exchange(bench.open(), client.record(22, client.started(message))))
    #expect(client.alert == (isRefused ? Alert.protocolVersion.rawValue : nil))
  }

  /// Padding and the end of early data do not count.
  @Test func secondHelloMayChange() throws {
    let (bench, client) = (Bench(), TestClient())
    client.shares = []
    client.extra = [(42, []), (21, [0, 0, 0])]
    let stream = try bench.open()
    try client.take(bench.exchange(stream, client.hello()))
    client.extra = [(21, [0])]
    try client.take(bench.exchange(stream, client.hello()))
    try client.take(bench.exchange(stream, client.finished()))
    #expect(bench.server.connection(stream)?.phase == .established)
  }

  @Test func wrongFinished() throws {
    let (bench, client) = (Bench(), TestClient())
    let stream = try bench.open()
    try client.take(bench.exchange(stream, client.hello()))
    var message = client.finishedMessage()
    message[10] ^= 1
    try client.take(bench.exchange(stream, client.sealed(22, message)))
    #expect(client.alert == Alert.decryptError.rawValue)
    #expect(bench.server.handshakeCount == 0)
  }
}
