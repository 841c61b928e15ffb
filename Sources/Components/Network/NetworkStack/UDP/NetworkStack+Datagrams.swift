// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// UDP (RFC 768), from frame to socket and back.
extension NetworkStack {
  /// Opens a socket on `port`, or on a free dynamic port if that is 0. `queueByteCount` is for
  /// unread datagrams, each with 12 bytes of overhead; with 0, none are queued. With `isDirect`, a
  /// datagram is lent in its frame while the queue is empty. Throws `portInUse`, `noMemory` or
  /// `noSocket`.
  public mutating func bind(
    port: UInt16 = 0, queueByteCount: Int = 8192, isDirect: Bool = false, tag: UInt = 0
  ) throws(SocketError) -> UDPSocket {
    let port = port == 0 ? unusedDatagramPort() : port
    guard findDatagramSocket(port) == nil, !(usesDHCP && port == DHCPMessage.clientPort) else {
      throw .portInUse
    }
    for index in 0..<datagramSockets.count where !datagramSockets[index].isOpen {
      var queue = Block()
      if queueByteCount > 0 {
        guard let block = pool.allocate(queueByteCount) else { throw .noMemory }
        queue = block
      }
      let generation = datagramSockets[index].generation
      datagramSockets[index] = UDPSocketState()
      datagramSockets[index].generation = generation
      datagramSockets[index].isOpen = true
      datagramSockets[index].port = port
      datagramSockets[index].tag = tag
      datagramSockets[index].isDirect = isDirect
      datagramSockets[index].queue = queue
      ports.insert(index, UInt32(port))
      return UDPSocket(index: Int32(truncatingIfNeeded: index), generation: generation)
    }
    throw .noSocket
  }

  private mutating func unusedDatagramPort() -> UInt16 {
    // The dynamic ports, from a random one on (RFC 6056); there are more of them than sockets.
    var port = secret.random(for: .ports)
    while true {
      let candidate = 0xc000 | UInt16(truncatingIfNeeded: port)
      if findDatagramSocket(candidate) == nil, !resolver.isAsking(from: candidate) {
        return candidate
      }
      port &+= 1
    }
  }

  @inline(__always)
  private func findDatagramSocket(_ port: UInt16) -> Int? {
    var index = ports.first(UInt32(port))
    while index >= 0 {
      if datagramSockets[index].port == port { return index }
      index = ports.after(index)
    }
    return nil
  }

  @inline(__always)
  func index(of socket: UDPSocket) -> Int? {
    let index = Int(socket.index)
    guard index >= 0, index < datagramSockets.count, datagramSockets[index].isOpen,
      datagramSockets[index].generation == socket.generation
    else { return nil }
    return index
  }

  /// The socket's port; nil once it is closed.
  public func port(of socket: UDPSocket) -> UInt16? {
    index(of: socket).map { datagramSockets[$0].port }
  }

  /// Closes a socket and discards its queue.
  public mutating func close(_ socket: UDPSocket) {
    guard let index = index(of: socket) else { return }
    ports.remove(index, UInt32(datagramSockets[index].port))
    pool.free(&datagramSockets[index].queue)
    datagramSockets[index].isOpen = false
    datagramSockets[index].generation &+= 1
  }

  /// Lends the first queued datagram and its sender, then removes it; nil if there is none.
  public mutating func readDatagram<Result>(
    _ socket: UDPSocket, _ body: (RawSpan, Endpoint) -> Result
  ) -> Result? {
    guard let index = index(of: socket),
      let (payload, remote) = datagramSockets[index].first(in: pool)
    else { return nil }
    let result = pool.bytes.withBytes(payload) { body($0, remote) }
    datagramSockets[index].removeFirst(payload)
    return result
  }

  /// Sends a datagram of at most `mtu` - 28 bytes.
  public mutating func send<Output: FrameOutput & ~Copyable>(
    _ payload: RawSpan, to remote: Endpoint, from socket: UDPSocket, now: Instant,
    into output: inout Output
  ) -> DatagramOutcome {
    guard let index = index(of: socket) else { return .closed }
    guard let source = network?.address else { return .unreachable }
    let destination: IPv4Address
    switch remote.address {
    case .v4(let address): destination = address
    }
    guard payload.byteCount <= mtu &- 28 else { return .tooLong }
    let flow = DatagramFlow(
      source: source, destination: destination, sourcePort: datagramSockets[index].port,
      destinationPort: remote.port)
    // No look-up for the neighbour that this socket last sent to.
    if datagramSockets[index].lastDestination == destination,
      datagramSockets[index].neighbourVersion == neighbours.version,
      now < datagramSockets[index].neighbourUntil
    {
      return sendDatagram(payload, flow, to: datagramSockets[index].hardware, into: &output)
    }
    switch route(to: destination) {
    case .none: return .unreachable
    case .direct(let hardware): return sendDatagram(payload, flow, to: hardware, into: &output)
    case .via(let nextHop):
      switch neighbours.resolve(nextHop, now: now) {
      case .unreachable: return .unreachable
      case .searching:
        let ethernet = EthernetHeader(
          destination: .broadcast, source: configuration.hardware, type: .ipv4)
        held.hold(42 &+ payload.byteCount, for: nextHop) { frame in
          flow.write(payload, behind: ethernet, to: &frame)
        }
        return .held
      case .known(let hardware, let until):
        datagramSockets[index].lastDestination = destination
        datagramSockets[index].hardware = hardware
        datagramSockets[index].neighbourVersion = neighbours.version
        datagramSockets[index].neighbourUntil = until
        return sendDatagram(payload, flow, to: hardware, into: &output)
      }
    }
  }

  @inline(__always)
  mutating func sendDatagram<Output: FrameOutput & ~Copyable>(
    _ payload: RawSpan, _ flow: DatagramFlow, to hardware: MACAddress, into output: inout Output
  ) -> DatagramOutcome {
    let ethernet = EthernetHeader(
      destination: hardware, source: configuration.hardware, type: .ipv4)
    let isSent = output.send(42 &+ payload.byteCount) { frame in
      flow.write(payload, behind: ethernet, to: &frame)
    }
    guard isSent else { return .noBuffer }
    counters.framesOut &+= 1
    return .sent
  }

  @inline(__always)
  mutating func receiveUDP<Output: FrameOutput & ~Copyable>(
    _ datagram: RawSpan, at start: Int, _ frame: RawSpan, _ origin: Origin, isLendable: Bool,
    now: Instant, into output: inout Output
  ) -> Delivery {
    guard let header = UDPHeader(parsing: datagram),
      origin.isChecked
        || header.isIntact(datagram, from: origin.header.source, to: origin.header.destination)
    else {
      counters.malformed &+= 1
      return .nothing
    }
    let end = UDPHeader.byteCount &+ header.payloadByteCount
    // Safety: a parsed datagram contains as many bytes as its header says.
    let payload = unsafe datagram.extracting(
      unchecked: Range(uncheckedBounds: (UDPHeader.byteCount, end)))
    guard let index = findDatagramSocket(header.destinationPort), network != nil else {
      receiveInternal(payload, datagram, header, origin, now: now, into: &output)
      return .nothing
    }
    let remote = Endpoint(origin.header.source, header.sourcePort)
    if isLendable, datagramSockets[index].isDirect, datagramSockets[index].isEmpty {
      let socket = UDPSocket(
        index: Int32(truncatingIfNeeded: index), generation: datagramSockets[index].generation)
      return .datagram(
        socket, tag: datagramSockets[index].tag, from: remote,
        ByteRange(start: start &+ UDPHeader.byteCount, count: header.payloadByteCount))
    }
    guard datagramSockets[index].keep(payload, from: remote, in: &pool) else {
      counters.datagramsDropped &+= 1
      return .nothing
    }
    datagramSockets[index].hasEvent = true
    events.push(eventIndex(datagrams: index))
    return .nothing
  }

  /// Handles a datagram for the stack itself, or for a port without a socket.
  @inline(never)
  private mutating func receiveInternal<Output: FrameOutput & ~Copyable>(
    _ payload: RawSpan, _ datagram: RawSpan, _ header: UDPHeader, _ origin: Origin, now: Instant,
    into output: inout Output
  ) {
    if usesDHCP, header.destinationPort == DHCPMessage.clientPort,
      header.sourcePort == DHCPMessage.serverPort
    {
      guard var message = DHCPMessage(parsing: payload) else {
        counters.malformed &+= 1
        return
      }
      counters.malformedOptions &+= UInt64(truncatingIfNeeded: message.malformedOptions)
      // The server omitted its identifier.
      if message.server == nil, message.kind != .refuse, origin.header.source.isHost {
        message.server = origin.header.source
      }
      let change = dhcp.receive(message, random: random32(), now: now)
      apply(change, now: now)
      return
    }
    if header.sourcePort == 53, resolver.isAsking(from: header.destinationPort) {
      if let index = resolver.receive(
        payload, at: header.destinationPort, from: origin.header.source)
      {
        events.push(eventIndex(lookup: index))
      }
      timers.wake(resolverTimer, by: resolver.deadline)
      return
    }
    counters.unwanted &+= 1
    guard network != nil else { return }
    sendUnreachable(.portUnreachable, about: datagram, origin, now: now, into: &output)
  }
}

/// The addresses and ports of a datagram.
struct DatagramFlow: BitwiseCopyable {
  var source: IPv4Address
  var destination: IPv4Address
  var sourcePort: UInt16
  var destinationPort: UInt16

  @inline(__always)
  func write(
    _ payload: RawSpan, behind ethernet: EthernetHeader, to frame: inout MutableRawSpan
  ) {
    // Checked once here instead of for every field.
    precondition(frame.byteCount >= 42)
    ethernet.write(to: &frame)
    IPv4Header(
      source: source, destination: destination, protocol: .udp,
      payloadByteCount: UDPHeader.byteCount &+ payload.byteCount
    ).write(to: &frame, at: 14)
    var sum = InternetChecksum()
    sum.add(payload, copyingTo: &frame, at: 42)
    UDPHeader(
      sourcePort: sourcePort, destinationPort: destinationPort,
      payloadByteCount: payload.byteCount
    ).write(to: &frame, at: 34, from: source, to: destination, payload: sum)
  }
}
