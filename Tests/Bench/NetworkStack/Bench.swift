// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import NetworkStack
import Time
import Wire

// Counts the instructions that the stack executes per packet on AArch64, without kernel, driver or
// peer. QEMU counts them (-icount), and the virtual counter reports them. Start.S calls
// `bench_main`.

@_silgen_name("bench_counter") func counter() -> UInt64
@_silgen_name("bench_put") func put(_ byte: UInt8)

/// Buffers in the way of the rings: filled one after the other, then handed to the peer.
@safe struct Buffers: FrameOutput {
  static var size: Int { 2048 }
  static var limit: Int { 256 }
  let memory = UnsafeMutableRawPointer.allocate(
    byteCount: Buffers.size * Buffers.limit, alignment: 64)
  var lengths = InlineArray<256, Int>(repeating: 0)
  var count = 0

  mutating func send(_ byteCount: Int, _ write: (inout MutableRawSpan) -> Void) -> Bool {
    guard count < Buffers.limit else { return false }
    var span = unsafe MutableRawSpan(
      _unsafeStart: memory + count * Buffers.size, byteCount: byteCount)
    write(&span)
    lengths[count] = byteCount
    count += 1
    return true
  }

  func withFrame<Result>(_ index: Int, _ body: (RawSpan) -> Result) -> Result {
    body(unsafe RawSpan(_unsafeStart: memory + index * Buffers.size, byteCount: lengths[index]))
  }
}

func say(_ text: StaticString) {
  for index in 0..<text.utf8CodeUnitCount { put(unsafe text.utf8Start[index]) }
}

func say(_ number: UInt64) {
  if number >= 10 { say(number / 10) }
  put(UInt8(truncatingIfNeeded: 48 + number % 10))
}

func report(_ what: StaticString, _ total: UInt64, _ packets: Int) {
  say(what)
  say(": ")
  say(total / UInt64(max(packets, 1)))
  say("\n")
}

struct Pair: ~Copyable {
  var server: NetworkStack
  var client: NetworkStack
  var fromServer = Buffers()
  var fromClient = Buffers()
  var now = Instant(nanoseconds: 1_000_000_000)
  /// Instructions executed by the server, and frames that it received.
  var spent: UInt64 = 0
  var received = 0
  /// When the server's owner has set its alarm.
  var alarm = Instant.never

  init(connections: Int) {
    var configuration = StackConfiguration(
      hardware: MACAddress(2, 0, 0, 0, 0, 1), secret: (1, 2))
    configuration.connectionLimit = 1100
    configuration.halfOpenLimit = 1100
    configuration.bufferByteCount = 1 << 24
    server = NetworkStack(configuration)
    configuration.hardware = MACAddress(2, 0, 0, 0, 0, 2)
    client = NetworkStack(configuration)
    if let network = IPv4Network(address: IPv4Address(10, 0, 0, 1), prefixLength: 24) {
      server.setAddress(network, gateway: nil)
    }
    if let network = IPv4Network(address: IPv4Address(10, 0, 0, 2), prefixLength: 24) {
      client.setAddress(network, gateway: nil)
    }
  }

  /// Carries frames both ways until there are none left. `own` is the owner of the server's sockets
  /// and is measured with the server; `other` is the client's.
  mutating func carry(
    _ deliver: (inout NetworkStack, Delivery, RawSpan, inout Buffers, Instant) -> Void,
    _ own: (inout NetworkStack, Instant) -> Void, client other: (inout NetworkStack) -> Void
  ) {
    client.poll(now: now, into: &fromClient)
    while fromClient.count > 0 || fromServer.count > 0 {
      now = now + .milliseconds(1)
      let begin = counter()
      for index in 0..<fromClient.count {
        fromClient.withFrame(index) { frame in
          let delivery = server.receive(frame, now: now, into: &fromServer)
          if delivery != .nothing { deliver(&server, delivery, frame, &fromServer, now) }
        }
      }
      own(&server, now)
      server.poll(now: now, into: &fromServer)
      if alarm <= now { alarm = .never }
      if let deadline = server.deadline(before: alarm) { alarm = deadline }
      spent += counter() - begin
      received += fromClient.count
      fromClient.count = 0
      for index in 0..<fromServer.count {
        fromServer.withFrame(index) { frame in
          _ = client.receive(frame, now: now, into: &fromClient)
        }
      }
      fromServer.count = 0
      other(&client)
      client.poll(now: now, into: &fromClient)
    }
  }
}

func benchUDP(_ byteCount: Int, burst: Int) -> (UInt64, Int) {
  var pair = Pair(connections: 1)
  guard let socket = try? pair.server.bind(port: 7, isDirect: true),
    let other = try? pair.client.bind(port: 1000, queueByteCount: 0, isDirect: true)
  else { return (0, 0) }
  let payload = [UInt8](repeating: 7, count: byteCount)
  for round in 0..<200 {
    if round == 20 {
      pair.spent = 0
      pair.received = 0
    }
    for _ in 0..<burst {
      _ = pair.client.send(
        unsafe payload.span.bytes, to: Endpoint(IPv4Address(10, 0, 0, 1), 7), from: other,
        now: pair.now,
        into: &pair.fromClient)
    }
    pair.carry(
      { stack, delivery, frame, output, now in
        if case .datagram(_, _, let from, let range) = delivery {
          _ = stack.send(
            frame.extracting(range.bounds(in: frame.byteCount)), to: from, from: socket, now: now,
            into: &output)
        }
      }, { _, _ in }, client: { _ in })
  }
  return (pair.spent, pair.received)
}

/// TCP echo. The client writes `inFlight` bytes before it waits for their return.
func benchTCP(
  _ inFlight: Int, connections count: Int, isDirect: Bool, rounds: Int
) -> (UInt64, Int, Int) {
  var pair = Pair(connections: count)
  var settings = TCPSettings()
  settings.isDirect = isDirect
  settings.isImmediate = true
  settings.backlog = 1100
  settings.receiveByteCount = count > 100 ? 4096 : 65536
  settings.sendByteCount = settings.receiveByteCount
  guard (try? pair.server.listen(port: 7, settings: settings)) != nil else { return (0, 0, 0) }
  settings.isDirect = false
  var clients = [TCPConnection]()
  let payload = [UInt8](repeating: 7, count: inFlight)
  func handleEvents(_ stack: inout NetworkStack) {
    while let event = stack.nextEvent() {
      if case .listener(let listener) = event.socket {
        while stack.accept(listener) != nil {}
      } else if case .connection(let connection) = event.socket {
        while true {
          var taken = 0
          let part = stack.readable(connection) { $0 }
          guard part > 0 else { break }
          taken = stack.echo(connection)
          guard taken > 0 else { break }
        }
      }
    }
  }
  func drain(_ stack: inout NetworkStack) {
    while let event = stack.nextEvent() {
      if case .connection(let connection) = event.socket {
        while case .bytes(let count) = stack.read(connection, { $0.byteCount }), count > 0 {}
      }
    }
  }
  func deliver(
    _ stack: inout NetworkStack, _ delivery: Delivery, _ frame: RawSpan, _ output: inout Buffers,
    _ now: Instant
  ) {
    guard case .stream(let connection, _, let range) = delivery else { return }
    let bytes = frame.extracting(range.bounds(in: frame.byteCount))
    let written = stack.write(bytes, to: connection) ?? 0
    if written < bytes.byteCount {
      stack.keep(bytes.extracting(written..<bytes.byteCount), of: connection)
    }
  }
  for _ in 0..<count {
    guard
      let connection = try? pair.client.connect(
        to: Endpoint(IPv4Address(10, 0, 0, 1), 7), settings: settings, now: pair.now)
    else { return (0, 0, 0) }
    clients.append(connection)
    pair.carry(deliver, { stack, _ in handleEvents(&stack) }, client: drain)
  }
  pair.spent = 0
  pair.received = 0
  var bytes = 0
  for round in 0..<rounds {
    // Each connection in turn, in an order that defeats the caches.
    let connection = clients[round &* 7919 % clients.count]
    if round == 20 {
      pair.spent = 0
      pair.received = 0
      bytes = 0
    }
    bytes += pair.client.write(unsafe payload.span.bytes, to: connection) ?? 0
    pair.carry(deliver, { stack, _ in handleEvents(&stack) }, client: drain)
  }
  return (pair.spent, pair.received, bytes)
}

extension NetworkStack {
  func readable(_ connection: TCPConnection, _ body: (Int) -> Int) -> Int {
    body(readableByteCount(connection))
  }

  /// Copies readable bytes to the output through a buffer, as a program does.
  mutating func echo(_ connection: TCPConnection) -> Int {
    var buffer = InlineArray<2048, UInt8>(repeating: 0)
    let room = min(writableByteCount(connection), 2048)
    guard room > 0 else { return 0 }
    let memory = buffer.mutableSpan
    return unsafe memory.withUnsafeBytes { raw in
      let start = unsafe UnsafeMutableRawPointer(mutating: raw.baseAddress)
      guard let start = unsafe start else { return 0 }
      var span = unsafe MutableRawSpan(_unsafeStart: start, byteCount: room)
      guard case .bytes(let count) = read(connection, into: &span) else { return 0 }
      return write(unsafe RawSpan(_unsafeStart: start, byteCount: count), to: connection) ?? 0
    }
  }
}

/// Runs all cases; called by Start.S.
@_cdecl("bench_main")
public func benchMain() {
  for (size, burst) in [(64, 1), (64, 128), (1400, 128)] {
    let (spent, packets) = benchUDP(size, burst: burst)
    say("UDP echo, ")
    say(UInt64(size))
    say(" bytes, bursts of ")
    say(UInt64(burst))
    report(", instructions per packet", spent, packets)
  }
  for count in [1, 64, 1000] {
    for isDirect in [false, true] {
      for size in [64, 1448, count == 1000 ? 4096 : 57_920] {
        let (spent, packets, bytes) = benchTCP(
          size, connections: count, isDirect: isDirect, rounds: 300)
        say("TCP echo, ")
        say(UInt64(count))
        say(isDirect ? " direct" : " copied")
        say(", ")
        say(UInt64(size))
        say(" bytes at a time: per frame in ")
        say(spent / UInt64(max(packets, 1)))
        report(", per 1448 bytes", spent * 1448 / UInt64(max(bytes, 1)), 1)
      }
    }
  }
}
