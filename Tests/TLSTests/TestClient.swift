// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Cryptography
import Signing

@testable import TLS

/// A client that can be told to be wrong.
final class TestClient {
  var suites: [CipherSuite] = [.aes128GCM]
  var groups: [UInt16] = [0x001d, 0x0017]
  var shares: [Group] = [.x25519]
  var schemes: [UInt16] = [0x0403]
  var session = [UInt8](repeating: 7, count: 32)
  var compressions: [UInt8] = [0]
  var name: String? = "localhost"
  var protocols: [String] = ["http/1.1"]
  var versions: [UInt16] = [0x0304]
  /// Extensions behind the others: numbers and content.
  var extra: [(Int, [UInt8])] = []
  /// Numbers of extensions to leave out.
  var without: Set<Int> = []
  /// A ticket to resume with.
  var ticket: (bytes: [UInt8], key: [UInt8], suite: CipherSuite)?
  var breaksBinder = false

  private(set) var retryGroup: Group?
  private(set) var alert: UInt8?
  private(set) var text: [UInt8] = []
  private(set) var tickets: [(bytes: [UInt8], key: [UInt8], suite: CipherSuite)] = []
  /// Of each ticket, in seconds.
  private(set) var lifetimes: [UInt64] = []
  private(set) var keyUpdates: [UInt8] = []
  private(set) var messages: [UInt8] = []
  private(set) var changes = 0
  private(set) var isResumed = false
  private(set) var certificate: [UInt8] = []
  private(set) var encryptedExtensions: [UInt8] = []
  private(set) var proof: (scheme: UInt16, signature: [UInt8], hash: [UInt8])?
  /// Bytes of the longest record with keys, header included.
  private(set) var longestRecord = 0
  private var privateKeys: [Group: Secret] = [:]
  private var rest: [UInt8] = []
  private var transcript: [UInt8] = []
  private(set) var suite = CipherSuite.aes128GCM
  private var schedule: KeySchedule?
  private var clientHandshake: Secret?
  private var serverHandshake: Secret?
  private(set) var clientSecret: Secret?
  private var serverSecret: Secret?
  var reading: TrafficKeys?
  var writing: TrafficKeys?

  var needsRetry: Bool { retryGroup != nil && schedule == nil }
  var isKeyed: Bool { clientSecret != nil }

  // MARK: ClientHello

  private func keyShare(_ group: Group) -> [UInt8] {
    let secret = privateKeys[group] ?? Secret(32) { _ in }
    var key = [UInt8](repeating: 0, count: group.agreement.publicKeyByteCount)
    secret.withMutableBytes { own in
      var span = key.mutableSpan
      if privateKeys[group] == nil {
        group.agreement.generate(privateKey: &own, publicKey: &span)
      } else {
        _ = group.agreement.publicKey(of: own.span, into: &span)
      }
    }
    privateKeys[group] = secret
    return key
  }

  /// The ClientHello as a message.
  func helloMessage() -> [UInt8] {
    var message: [UInt8] = []
    message.appendMessage(1) { hello in
      hello.append(0x0303, size: 2)
      hello.append(copying: [UInt8](repeating: 0x5a, count: 32).span)
      hello.appendVector(1) { $0 += session }
      hello.appendVector(2) { for suite in suites { $0.append(Int(suite.rawValue), size: 2) } }
      hello.appendVector(1) { $0 += compressions }
      hello.appendVector(2) { appendExtensions(to: &$0) }
    }
    return bound(message)
  }

  private func appendExtensions(to all: inout [UInt8]) {
    func add(_ type: Int, _ body: (inout [UInt8]) -> Void) {
      if !without.contains(type) { all.appendExtension(type, body) }
    }
    add(43) { $0.appendVector(1) { for version in versions { $0.append(Int(version), size: 2) } } }
    add(10) { $0.appendVector(2) { for group in groups { $0.append(Int(group), size: 2) } } }
    add(13) { $0.appendVector(2) { for scheme in schemes { $0.append(Int(scheme), size: 2) } } }
    let offered = retryGroup.map { [$0] } ?? shares
    add(51) {
      $0.appendVector(2) {
        for group in offered {
          $0.append(Int(group.rawValue), size: 2)
          let key = keyShare(group)
          $0.appendVector(2) { $0 += key }
        }
      }
    }
    if let name {
      add(0) {
        $0.appendVector(2) {
          $0.append(0)
          $0.appendVector(2) { $0 += name.utf8 }
        }
      }
    }
    if !protocols.isEmpty {
      add(16) {
        $0.appendVector(2) { for name in protocols { $0.appendVector(1) { $0 += name.utf8 } } }
      }
    }
    for (type, content) in extra { all.appendExtension(type) { $0 += content } }
    add(45) { $0.appendVector(1) { $0.append(1) } }
    guard let ticket else { return }
    add(41) {
      $0.appendVector(2) {
        $0.appendVector(2) { $0 += ticket.bytes }
        $0.append(1234, size: 4)
      }
      $0.appendVector(2) { $0.appendVector(1) { $0.append(zeroes: ticket.suite.hash.byteCount) } }
    }
  }

  /// Fills in the binder.
  private func bound(_ message: [UInt8]) -> [UInt8] {
    guard let ticket, !without.contains(41) else { return message }
    let hash = ticket.suite.hash
    let end = message.count - hash.byteCount - 3
    var state = HashState(hash)
    let before = retryGroup == nil ? [] : transcript
    state.update(before.span)
    state.update(message.span.extracting(0..<end))
    let schedule = KeySchedule(hash, preSharedKey: Secret(copying: ticket.key.span))
    let binder = hash.finished(
      schedule.derive("res binder", hash.ofNothing), hash.digest(of: state))
    var bound = Array(message[..<(end + 3)]) + binder
    if breaksBinder { bound[bound.count - 1] ^= 1 }
    return bound
  }

  /// The ClientHello in a record.
  func hello() -> [UInt8] {
    let message = helloMessage()
    return record(22, started(message))
  }

  /// Notes a ClientHello that is sent.
  func started(_ message: [UInt8]) -> [UInt8] {
    transcript += message
    return message
  }

  /// A record without keys.
  func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendRecord(type, content.span)
    return bytes
  }

  /// A record with the current keys.
  func sealed(_ type: UInt8, _ content: [UInt8], padding: Int = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    if padding == 0 {
      writing?.seal(content.span, type, into: &bytes)
    } else {
      // The type that is appended last is the padding's last zero.
      let padded = content + [type] + [UInt8](repeating: 0, count: padding - 1)
      writing?.seal(padded.span, 0, into: &bytes)
    }
    return bytes
  }

  // MARK: Finished

  func finishedMessage() -> [UInt8] {
    guard let clientHandshake else { return [] }
    let code = suite.hash.finished(clientHandshake, hash(transcript))
    return [20, 0, 0, UInt8(code.count)] + code
  }

  /// The Finished message in a record; then the application's keys hold.
  func finished() -> [UInt8] {
    let message = finishedMessage()
    let bytes = sealed(22, message)
    useApplicationKeys(message)
    return bytes
  }

  func useApplicationKeys(_ message: [UInt8]) {
    transcript += message
    if let clientSecret { writing = TrafficKeys(suite, clientSecret) }
  }

  /// A KeyUpdate; then the next keys hold.
  func keyUpdate(_ request: UInt8) -> [UInt8] {
    let bytes = sealed(22, [24, 0, 0, 1, request])
    if let secret = clientSecret {
      let next = suite.hash.expandLabel(secret, "traffic upd", count: suite.hash.byteCount)
      clientSecret = next
      writing = TrafficKeys(suite, next)
    }
    return bytes
  }

  private func hash(_ bytes: [UInt8]) -> [UInt8] {
    var state = HashState(suite.hash)
    state.update(bytes.span)
    return suite.hash.digest(of: state)
  }

  // MARK: Input

  /// Takes what the server has sent.
  func take(_ bytes: [UInt8]) throws {
    rest += bytes
    while rest.count >= 5 {
      let size = 5 + Int(rest[3]) << 8 + Int(rest[4])
      guard rest.count >= size else { return }
      let record = Array(rest[..<size])
      rest.removeFirst(size)
      if record[0] == 23 { longestRecord = max(longestRecord, size) }
      try take(record: record)
    }
  }

  private func take(record: [UInt8]) throws {
    guard record[0] == 23 else { return try take(record[0], Array(record[5...])) }
    guard reading != nil else { throw BenchError.wrong("a sealed record without keys") }
    let header: InlineArray<5, UInt8> = [record[0], record[1], record[2], record[3], record[4]]
    var content = Array(record[5...])
    var span = content.mutableSpan
    guard reading?.open(&span, header: header) == true else {
      throw BenchError.wrong("a record that does not open")
    }
    content.removeLast(16)
    while content.last == 0 { content.removeLast() }
    guard let type = content.popLast() else { throw BenchError.wrong("an empty record") }
    try take(type, content)
  }

  private func take(_ type: UInt8, _ content: [UInt8]) throws {
    switch type {
    case 20: changes += 1
    case 21: alert = content.last
    case 22: try take(messages: content)
    case 23: text += content
    default: throw BenchError.wrong("type \(type)")
    }
  }

  private func take(messages bytes: [UInt8]) throws {
    messages += bytes
    while messages.count >= 4 {
      let size = 4 + Int(messages[1]) << 16 + Int(messages[2]) << 8 + Int(messages[3])
      guard messages.count >= size else { return }
      let message = Array(messages[..<size])
      messages.removeFirst(size)
      try take(message: message)
    }
  }

  private func take(message: [UInt8]) throws {
    switch message[0] {
    case 2: try takeHello(message)
    case 4: takeTicket(message)
    case 8: encryptedExtensions = message
    case 11: certificate = message
    case 15:
      let count = Int(message[6]) << 8 + Int(message[7])
      proof = (
        UInt16(message[4]) << 8 + UInt16(message[5]), Array(message[8..<8 + count]),
        hash(transcript)
      )
    case 20: return try takeFinished(message)
    case 24:
      keyUpdates.append(message[4])
      if let secret = serverSecret {
        let next = suite.hash.expandLabel(secret, "traffic upd", count: suite.hash.byteCount)
        serverSecret = next
        reading = TrafficKeys(suite, next)
      }
    default: throw BenchError.wrong("message \(message[0])")
    }
    if message[0] != 4, message[0] != 24, message[0] != 2 { transcript += message }
  }

  private func takeHello(_ message: [UInt8]) throws {
    guard message[38] == UInt8(session.count) else { throw BenchError.wrong("session") }
    var index = 39 + session.count
    let code = UInt16(message[index]) << 8 + UInt16(message[index + 1])
    guard let suite = CipherSuite(rawValue: code) else { throw BenchError.wrong("the suite") }
    self.suite = suite
    index += 5
    var share: (group: Group, key: [UInt8])?
    while index < message.count {
      let type = Int(message[index]) << 8 + Int(message[index + 1])
      let count = Int(message[index + 2]) << 8 + Int(message[index + 3])
      let content = Array(message[index + 4..<index + 4 + count])
      index += 4 + count
      if type == 51 {
        let code = UInt16(content[0]) << 8 + UInt16(content[1])
        guard let group = Group(rawValue: code) else { throw BenchError.wrong("the group") }
        share = (group, Array(content.dropFirst(4)))
      }
      if type == 41 { isResumed = true }
    }
    guard let share else { throw BenchError.wrong("no key share") }
    if share.key.isEmpty {
      retryGroup = share.group
      transcript = [254, 0, 0, UInt8(suite.hash.byteCount)] + hash(transcript)
      transcript += message
      return
    }
    transcript += message
    guard let own = privateKeys[share.group] else { throw BenchError.wrong("the group") }
    let shared = Secret(32) { secret in
      _ = own.withBytes {
        share.group.agreement.secret($0, peer: share.key.span, into: &secret)
      }
    }
    let key = isResumed ? ticket.map { Secret(copying: $0.key.span) } : nil
    var schedule = KeySchedule(suite.hash, preSharedKey: key)
    schedule.enterHandshake(shared)
    let client = schedule.derive("c hs traffic", hash(transcript))
    let server = schedule.derive("s hs traffic", hash(transcript))
    reading = TrafficKeys(suite, server)
    writing = TrafficKeys(suite, client)
    (clientHandshake, serverHandshake) = (client, server)
    self.schedule = schedule
  }

  private func takeFinished(_ message: [UInt8]) throws {
    guard let serverHandshake,
      Array(message[4...]) == suite.hash.finished(serverHandshake, hash(transcript))
    else { throw BenchError.wrong("the server's Finished") }
    transcript += message
    schedule?.enterMain()
    clientSecret = schedule?.derive("c ap traffic", hash(transcript))
    serverSecret = schedule?.derive("s ap traffic", hash(transcript))
    reading = serverSecret.map { TrafficKeys(suite, $0) }
  }

  private func takeTicket(_ message: [UInt8]) {
    let nonceEnd = 13 + Int(message[12])
    let nonce = Array(message[13..<nonceEnd])
    let count = Int(message[nonceEnd]) << 8 + Int(message[nonceEnd + 1])
    let ticket = Array(message[nonceEnd + 2..<nonceEnd + 2 + count])
    guard let main = schedule?.derive("res master", hash(transcript)) else { return }
    let key = suite.hash.expandLabel(main, "resumption", nonce, count: suite.hash.byteCount)
    tickets.append((ticket, key.array, suite))
    lifetimes.append(message[4..<8].reduce(0) { $0 << 8 | UInt64($1) })
  }
}
