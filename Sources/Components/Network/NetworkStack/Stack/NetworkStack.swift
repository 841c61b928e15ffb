// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

struct Listener: BitwiseCopyable {
  var isOpen = false
  var generation: UInt32 = 1
  var port: UInt16 = 0
  var tag: UInt = 0
  var settings = TCPSettings()
  // Connections that wait for `accept`, the first and the last; -1 for none.
  var head: Int32 = -1
  var tail: Int32 = -1
  var waiting = 0
}

/// A TCP/IP stack on one Ethernet link: state and rules, without I/O and without a clock.
///
/// Its owner lends it each frame that arrives (`receive`), calls `poll` after each batch of frames,
/// after each batch of socket calls, and when `nextDeadline` has come; then it asks for events until
/// there are none. Frames go out through a `FrameOutput`.
///
/// Nothing that a peer sends traps, and every table is as large at the start as it will ever be.
public struct NetworkStack: ~Copyable {
  let configuration: StackConfiguration
  var secret: Secret
  var keys: ConnectionKeys
  /// Whether there has been a connection, so that its keys can change no more.
  public private(set) var hasKeys = false
  public internal(set) var counters = StackCounters()

  // The link's address and way out.
  var network: IPv4Network?
  var routes = IPv4Routes()
  /// Whether a part of the link's own network is reached by a router.
  var hasRoutesInside = false
  /// Whether the second router is used in place of the first.
  var isFirstRouterDead = false
  var mtu: Int
  var isLinkUp = true
  var neighbours: NeighbourCache
  var reassembly: Reassembly
  var errorLimit = RateLimit()
  var resetLimit = RateLimit()
  var held: HeldDatagrams
  var hasAddressEvent = false
  var defence = AddressDefence()
  // Who claimed our address last, and whether that is to be told.
  var rival = MACAddress(0)
  var hasConflictEvent = false
  /// Whether something could not be sent for want of a buffer: `poll` again when there is one.
  public internal(set) var isBlocked = false
  var usesDHCP = false

  // Sockets.
  var pool: BufferPool
  var connections: FixedArray<Connection>
  var acceptNext: FixedArray<Int32>
  var flows: HashChains
  var freeConnections: IndexQueue
  // Handshakes that others began, and connections in TIME-WAIT without an owner; the oldest first. `settle` takes
  // out who is no longer one.
  var halfOpen: IndexQueue
  var ending: IndexQueue
  var listeners: FixedArray<Listener>
  var datagramSockets: FixedArray<UDPSocketState>
  var ports: HashChains
  var nextPort: UInt16 = 0

  // Who has to be looked at: connections with something to send, sockets with events.
  var sendQueue: IndexQueue
  var events: IndexQueue
  var timers: TimerHeap

  var dhcp: DHCPClient
  var resolver: Resolver

  public init(_ configuration: StackConfiguration) {
    var configuration = configuration
    configuration.mtu = min(max(configuration.mtu, 576), 1500)
    configuration.connectionLimit = min(max(configuration.connectionLimit, 1), 30000)
    self.configuration = configuration
    let limit = configuration.connectionLimit
    secret = Secret(configuration.secret.0, configuration.secret.1)
    mtu = configuration.mtu
    keys = ConnectionKeys(&secret)
    neighbours = NeighbourCache(
      connections: limit, key: TableKey(secret.key(for: .neighbourTable)))
    reassembly = Reassembly(
      slots: configuration.reassemblySlots, bytesPerSlot: configuration.reassemblyByteCount)
    held = HeldDatagrams()
    // Two for each connection.
    pool = BufferPool(byteCount: configuration.bufferByteCount, blocks: 2 &* limit)
    connections = FixedArray(count: limit, repeating: Connection())
    acceptNext = FixedArray(count: limit, repeating: -1)
    flows = HashChains(limit: limit)
    freeConnections = IndexQueue(limit: limit)
    halfOpen = IndexQueue(limit: limit)
    ending = IndexQueue(limit: limit)
    listeners = FixedArray(count: configuration.listenerLimit, repeating: Listener())
    datagramSockets = FixedArray(
      count: configuration.datagramSocketLimit, repeating: UDPSocketState())
    ports = HashChains(limit: configuration.datagramSocketLimit)
    sendQueue = IndexQueue(limit: limit)
    resolver = Resolver(limit: configuration.lookupLimit)
    events = IndexQueue(
      limit: limit + listeners.count + datagramSockets.count + max(configuration.lookupLimit, 0))
    timers = TimerHeap(limit: limit + 4)
    dhcp = DHCPClient(hardware: configuration.hardware, hostName: configuration.hostName)
    for index in 0..<limit { freeConnections.push(index) }
  }
}

// Owners in `timers` and `events` behind the connections.
extension NetworkStack {
  var neighbourTimer: Int { connections.count }
  var dhcpTimer: Int { connections.count &+ 1 }
  var resolverTimer: Int { connections.count &+ 2 }
  var defenceTimer: Int { connections.count &+ 3 }
  func eventIndex(listener: Int) -> Int { connections.count &+ listener }
  func eventIndex(datagrams: Int) -> Int { connections.count &+ listeners.count &+ datagrams }
  func eventIndex(lookup: Int) -> Int {
    connections.count &+ listeners.count &+ datagramSockets.count &+ lookup
  }

  /// When `poll` has something to do, should nothing happen before; `never` where it has not. Ask after
  /// `poll`. It is exact: who wakes then, and not earlier, wakes for work only.
  public var nextDeadline: Instant {
    mutating get {
      // An entry may be older than what its owner waits for now.
      while let first = timers.first {
        let due = deadline(of: Int(first.owner))
        guard due > first.moment else { return first.moment }
        timers.postponeFirst(to: due)
      }
      return .never
    }
  }

  /// The same for an owner whose alarm is set for `alarm`, and who would set it for something earlier
  /// only: nil where there is nothing earlier, which costs next to nothing to find out.
  @inline(__always)
  public mutating func deadline(before alarm: Instant) -> Instant? {
    guard let first = timers.first, first.moment < alarm else { return nil }
    let deadline = nextDeadline
    return deadline < alarm ? deadline : nil
  }

  private mutating func deadline(of owner: Int) -> Instant {
    if owner < connections.count {
      return connections[owner].isUsed ? connections[owner].deadline : .never
    }
    if owner == neighbourTimer { return neighbours.deadline }
    if owner == dhcpTimer { return usesDHCP ? dhcp.deadline : .never }
    if owner == defenceTimer { return defence.deadline }
    return resolver.deadline
  }

  /// Bytes of the buffers' budget that are not in use.
  public var freeBufferByteCount: Int { pool.freeByteCount }
  /// The least that those have been.
  public var leastFreeBufferByteCount: Int { pool.leastFreeByteCount }
  /// Bytes of the buffers' budget.
  public var bufferByteCount: Int { pool.bytes.count }
}

// What nobody outside can guess.
extension NetworkStack {
  /// Takes `value`, which nobody outside knows, into what keys and identifiers are made of. Those of connections are
  /// made for the first one, and stay (`hasKeys`); what comes later goes into identifiers only.
  public mutating func stir(_ value: UInt64) { secret.stir(value) }

  /// Before anything is done with connections' keys: makes them, as late as can be.
  @inline(__always)
  mutating func ensureKeys() {
    if !hasKeys { makeKeys() }
  }

  @inline(never)
  private mutating func makeKeys() {
    keys = ConnectionKeys(&secret)
    nextPort = keys.firstPort
    hasKeys = true
  }

  /// For DHCP.
  mutating func random32() -> UInt32 { UInt32(truncatingIfNeeded: secret.random(for: .leases)) }
}

// The address.
extension NetworkStack {
  /// The address, with its network; nil without one.
  public var address: IPv4Network? { network }

  /// Sets a fixed address. The gateway need not be in its network: it is on the link.
  public mutating func setAddress(_ network: IPv4Network, gateway: IPv4Address?) {
    adopt(network, IPv4Routes(router: gateway).without(network.address))
  }

  /// Sets the name servers for `lookUp`; DHCP sets them, too.
  public mutating func setResolvers(_ first: IPv4Address, _ second: IPv4Address? = nil) {
    resolver.setServers(first, second)
  }

  /// Takes an address into use. Connections from another one cannot go on.
  mutating func adopt(_ network: IPv4Network?, _ routes: IPv4Routes) {
    let previous = self.network?.address
    let isMoved = previous != network?.address
    if routes != self.routes || network != self.network {
      // Who was reached one way may have to be reached another way.
      self.routes = routes
      hasRoutesInside = network.map { routes.longestPrefixLength > $0.prefixLength } ?? false
      isFirstRouterDead = false
      forgetNeighbours(key: isMoved ? TableKey(secret.key(for: .neighbourTable)) : nil)
    }
    self.network = network
    guard isMoved else { return }
    if network != nil { defence.begin() } else { defence.end() }
    hasAddressEvent = true
    guard previous != nil else { return }
    for index in 0..<connections.count
    where connections[index].isUsed && connections[index].state != .closed {
      connections[index].fail(.unreachable)
      schedule(index)
    }
  }

  /// Who waits for a neighbour asks anew; datagrams that wait are lost, as they would be on their way.
  private mutating func forgetNeighbours(key: TableKey? = nil) {
    neighbours.removeAll(key: key)
    held.removeAll()
    queueWokenConnections()
  }

  /// The link came up or went down.
  public mutating func linkChanged(isUp: Bool, now: Instant) {
    guard isUp != isLinkUp else { return }
    isLinkUp = isUp
    forgetNeighbours()
    if isUp {
      retransmitAtOnce(now: now)
      if network != nil { defence.begin() }
    }
    guard usesDHCP else { return }
    if isUp {
      dhcp.start(random: random32(), now: now)
    } else {
      dhcp.stop()
    }
    timers.wake(dhcpTimer, by: dhcp.deadline)
  }

  /// What waited for an answer that the lost link swallowed is sent again at once: a timeout may have
  /// grown to a minute by now.
  private mutating func retransmitAtOnce(now: Instant) {
    for index in 0..<connections.count
    where connections[index].isUsed && connections[index].retransmitAt < .never {
      connections[index].retransmitAt = now
      // It may have been backed off while nothing could come.
      connections[index].backoff = 0
      connections[index].probeBackoff = 0
      timers.wake(index, by: now)
    }
  }

}
