// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

/// A listening port and its queue of completed connections.
struct Listener: BitwiseCopyable {
  var isOpen = false
  var generation: UInt32 = 1
  var port: UInt16 = 0
  var tag: UInt = 0
  var settings = TCPSettings()
  // The queue of connections for `accept`: first and last; -1 if empty.
  var head: Int32 = -1
  var tail: Int32 = -1
  var waiting = 0
}

/// A TCP/IP stack on one Ethernet link: state and rules, without I/O and without a clock.
///
/// Its owner passes each received frame to `receive`, and calls `poll` after each batch of frames,
/// after each batch of socket calls, and at `nextDeadline`; then it takes events until there are
/// none. Frames go out through a `FrameOutput`.
///
/// Nothing that a peer sends traps, and no table grows after the stack is created.
///
/// Functions that are called for each packet are `mutating` or inlined also where they change nothing, here
/// and in `NeighbourCache`: Swift passes a large borrowed structure as a copy, an exclusive one by address.
public struct NetworkStack: ~Copyable {
  let configuration: StackConfiguration
  var secret: Secret
  var keys: ConnectionKeys
  /// Whether connections' keys are final, because there has been a connection.
  public private(set) var hasKeys = false
  /// Statistics.
  public internal(set) var counters = StackCounters()

  // The link's address and routes.
  var network: IPv4Network?
  var routes = IPv4Routes()
  /// Whether a part of the link's own network lies behind a router.
  var hasRoutesInside = false
  /// Whether the second router replaces the first.
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
  // The last station that claimed our address, and whether the owner still has to be told.
  var rival = MACAddress(0)
  var hasConflictEvent = false
  /// Whether a packet waits for a transmit buffer: call `poll` when one is free.
  public internal(set) var isBlocked = false
  var usesDHCP = false

  // Sockets.
  var pool: BufferPool
  var connections: FixedArray<Connection>
  var acceptNext: FixedArray<Int32>
  var flows: HashChains
  var freeConnections: IndexQueue
  // Half-open connections of passive opens, and connections in TIME-WAIT without an owner; the
  // oldest first. `schedule` removes connections that leave these states.
  var halfOpen: IndexQueue
  var ending: IndexQueue
  var listeners: FixedArray<Listener>
  var datagramSockets: FixedArray<UDPSocketState>
  var ports: HashChains
  var nextPort: UInt16 = 0

  // Connections with something to send, and sockets with events.
  var sendQueue: IndexQueue
  // Connections that have come or gone since `nextFlowNote` last saw them.
  var changedFlows: IndexQueue
  var events: IndexQueue
  var timers: TimerHeap

  var dhcp: DHCPClient
  var resolver: Resolver

  /// Allocates a stack's memory. Out-of-range sizes are limited to what `StackConfiguration` says.
  public init(_ configuration: StackConfiguration) {
    var configuration = configuration
    configuration.mtu = min(max(configuration.mtu, 576), 1500)
    configuration.connectionLimit = min(max(configuration.connectionLimit, 1), 30000)
    self.configuration = configuration
    let limit = configuration.connectionLimit
    secret = Secret(
      configuration.secret.0, configuration.secret.1, configuration.secrets)
    mtu = configuration.mtu
    keys = ConnectionKeys(&secret)
    neighbours = NeighbourCache(
      connections: limit, key: TableKey(secret.key(for: .neighbourTable)))
    reassembly = Reassembly(
      slots: configuration.reassemblySlots, bytesPerSlot: configuration.reassemblyByteCount)
    held = HeldDatagrams()
    // Two blocks per connection.
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
    changedFlows = IndexQueue(limit: limit)
    resolver = Resolver(limit: configuration.lookupLimit)
    events = IndexQueue(
      limit: limit + listeners.count + datagramSockets.count + max(configuration.lookupLimit, 0))
    timers = TimerHeap(limit: limit + 4)
    dhcp = DHCPClient(hardware: configuration.hardware, hostName: configuration.hostName)
    for index in 0..<limit { freeConnections.push(index) }
  }
}

// Indices in `timers` and `events` after those of the connections.
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

  /// The next time at which `poll` has work if nothing arrives before; `never` if it has none. Ask
  /// after `poll`. The time is exact: an owner that wakes then always finds work.
  public var nextDeadline: Instant {
    mutating get {
      // A heap entry may be earlier than its owner's current deadline.
      while let first = timers.first {
        let due = deadline(of: Int(first.owner))
        guard due > first.moment else { return first.moment }
        timers.postponeFirst(to: due)
      }
      return .never
    }
  }

  /// `nextDeadline` for an owner whose alarm is already set: nil unless the deadline is before
  /// `alarm`, which takes only a comparison to find out.
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

  /// Bytes of buffer memory that are free.
  public var freeBufferByteCount: Int { pool.freeByteCount }
  /// The least that has been free, in bytes.
  public var leastFreeBufferByteCount: Int { pool.leastFreeByteCount }
  /// Bytes of buffer memory in all.
  public var bufferByteCount: Int { pool.bytes.count }
}

// Unpredictable numbers.
extension NetworkStack {
  /// Mixes `value`, which must be unknown outside, into the pool for keys and identifiers.
  /// Connections' keys are made for the first connection and stay (`hasKeys`); later values affect
  /// identifiers only.
  public mutating func stir(_ value: UInt64) { secret.stir(value) }

  /// Makes connections' keys, as late as possible: before their first use.
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

  /// A random number for DHCP.
  mutating func random32() -> UInt32 { UInt32(truncatingIfNeeded: secret.random(for: .leases)) }
}

// The stack's own address.
extension NetworkStack {
  /// The stack's address and network; nil if it has none.
  public var address: IPv4Network? { network }

  /// Sets a fixed address. The gateway may lie outside of its network, but must be on the link.
  public mutating func setAddress(_ network: IPv4Network, gateway: IPv4Address?) {
    adopt(network, IPv4Routes(router: gateway).without(network.address))
  }

  /// Sets the name servers for `lookUp`, as DHCP does.
  public mutating func setResolvers(_ first: IPv4Address, _ second: IPv4Address? = nil) {
    resolver.setServers(first, second)
  }

  /// Adopts an address and routes. Connections from another address end.
  mutating func adopt(_ network: IPv4Network?, _ routes: IPv4Routes) {
    let previous = self.network?.address
    let isMoved = previous != network?.address
    if routes != self.routes || network != self.network {
      // Destinations may now have other next hops.
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

  /// Empties the neighbour cache. Connections that wait for a neighbour ask again; held datagrams
  /// are lost.
  private mutating func forgetNeighbours(key: TableKey? = nil) {
    neighbours.removeAll(key: key)
    held.removeAll()
    queueWokenConnections()
  }

  /// Reports that the link came up or went down.
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

  /// Retransmits at once what the lost link swallowed: a timeout may have grown to a minute by now.
  private mutating func retransmitAtOnce(now: Instant) {
    for index in 0..<connections.count
    where connections[index].isUsed && connections[index].retransmitAt < .never {
      connections[index].retransmitAt = now
      // Timeouts were doubled while nothing could arrive.
      connections[index].backoff = 0
      connections[index].probeBackoff = 0
      timers.wake(index, by: now)
    }
  }

}
