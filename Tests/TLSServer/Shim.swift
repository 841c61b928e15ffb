// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Cryptography
import Glibc
import HostSockets
import Signing
import Streams
import TLS
import Time

/// A program under test in BoGo, the tests of BoringSSL (`ssl/test/PORTING.md` there): for each connection it connects to the runner, and
/// then is the server. Exit status 0 says that all went well, 1 that a connection has failed, and 89 that it lacks what the test needs.
struct Shim: ~Copyable {
  private let options: ShimOptions
  private var server: TLSServer<ShimServer, Keys>
  private var passed = Interval.zero

  static func run(_ arguments: [String]) -> Never {
    if arguments.contains("-is-handshaker-supported") {
      print("No")
      exit(0)
    }
    let options = ShimOptions(arguments)
    guard options.has("server") else { ShimOptions.lack("client") }
    for name in ["max-version", "expect-version"] {
      for resumes in [false, true] {
        let version = options.number(name, resumes: resumes) ?? 0x0304
        if version != 0, version < 0x0304 { ShimOptions.lack("TLS 1.2") }
      }
    }
    var shim = Shim(options)
    for number in 0...(options.number("resume-count") ?? 0) { shim.connect(number) }
    exit(0)
  }

  private init(_ options: ShimOptions) {
    self.options = options
    var keys = Keys()
    for (chain, file) in options.credentials {
      guard let der = blocks(ofPEM: file).first, let key = SigningKey(.pkcs8, der: der.span) else {
        ShimOptions.lack("such key")
      }
      let name = [UInt8]((options.value("expect-server-name") ?? "").utf8)
      keys.add(key, chain: blocks(ofPEM: chain), names: [name])
    }
    var settings = TLSSettings(keys.credentials)
    settings.applicationProtocols = options.value("select-alpn").map { [[UInt8]($0.utf8)] } ?? []
    if let groups = options.value("curves") {
      settings.groups = groups.split(separator: ",").map { number in
        guard let group = UInt16(number).flatMap({ Group(rawValue: $0) }) else {
          ShimOptions.lack("such group")
        }
        return group
      }
    }
    // The first one of each kind of key, which it prefers.
    if let schemes = options.value("signing-prefs"), schemes != "\(0x0403)", schemes != "\(0x0804)"
    {
      ShimOptions.lack("such list of schemes")
    }
    if options.has("no-ticket") { settings.ticketLifetime = .zero }
    // Tests have hellos of any length, and as many records as they like.
    settings.handshakeByteCount = 1 << 20
    settings.recordByteCount = options.number("max-send-fragment") ?? settings.recordByteCount
    server = TLSServer(ShimServer(), settings, signer: keys)
  }

  private var now: Instant { HostClock.now + passed }

  /// Makes the connection, and ends the program if it fails.
  private mutating func connect(_ number: Int) {
    let resumes = number > 0
    if resumes, let delay = options.number("resumption-delay") { passed = .seconds(UInt64(delay)) }
    let socket = ShimSocket(
      port: UInt16(options.number("port") ?? 0), isIPv6: options.has("ipv6"),
      isSlow: options.has("async"))
    var id = UInt64(options.value("shim-id") ?? "") ?? 0
    var name: [UInt8] = []
    for _ in 0..<8 {
      name.append(UInt8(truncatingIfNeeded: id))
      id >>= 8
    }
    _ = socket.send(name.span)
    guard let stream = server.open(now: now) else { fail("no room") }
    serve(stream, socket, resumes)
    server.closed(stream, now: now)
  }

  private mutating func serve(_ stream: Int, _ socket: borrowing ShimSocket, _ resumes: Bool) {
    let (handshakes, resumed) = (server.handshakeCount, server.resumedCount)
    var input: [UInt8] = []
    var isStarted = false
    while true {
      if now >= server.deadline { server.timePassed(now: now) }
      while server.nextChanged() != nil {}
      if !input.isEmpty {
        input.removeFirst(server.receive(stream, input.span, now: now))
      }
      while server.send(stream, now: now, through: { socket.send($0) }) {}
      if !isStarted, server.handshakeCount > handshakes {
        isStarted = true
        let expected = resumes && !options.has("expect-session-miss", resumes: resumes)
        if expected != (server.resumedCount > resumed) { fail("resumption") }
        start(stream, resumes)
        continue
      }
      if server.inner.hasEnded { return }
      if server.disposal(stream) != .stayOpen, !isStarted || !options.has("shim-shuts-down") {
        socket.finish()
        fail("an alert")
      }
      if socket.receive(&input, until: server.deadline, now: now) == false {
        guard isStarted, !options.has("shim-shuts-down"), !options.has("check-close-notify") else {
          fail("the end of the connection")
        }
        return
      }
    }
  }

  /// The handshake is done: says what the test wants to hear first.
  private mutating func start(_ stream: Int, _ resumes: Bool) {
    if let text = options.value("shim-initial-write", resumes: resumes) {
      server.inner.say([UInt8](text.utf8))
    }
    if options.has("shim-writes-first", resumes: resumes) {
      server.inner.say([UInt8]("hello".utf8))
    }
    if options.has("shim-shuts-down", resumes: resumes) { server.inner.end() }
    server.wake(stream, now: now)
  }

  private func fail(_ reason: String) -> Never {
    complain("failed: \(reason)")
    exit(1)
  }
}
