// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

/// A lease from a DHCP server.
public struct DHCPLease: Equatable, BitwiseCopyable, Sendable {
  /// The address and its network.
  public var network: IPv4Network
  /// Routes: from option 121 if the server sends it, else from the routers of option 3.
  public var routes: IPv4Routes
  /// The first name server.
  public var resolver: IPv4Address?
  /// The second name server.
  public var secondResolver: IPv4Address?
  /// The server's identifier.
  public var server: IPv4Address
  /// The MTU in bytes, if the server sends it (option 26).
  public var mtu: UInt16?
  /// When renewing begins (T1).
  public var renewal: Instant
  /// When rebinding begins (T2).
  public var rebinding: Instant
  /// When the address has to be given up.
  public var expiry: Instant

  /// The default router.
  public var router: IPv4Address? { routes.router }
}

/// A DHCP client (RFC 2131, 4.4): all of figure 5, without I/O.
struct DHCPClient: BitwiseCopyable {
  enum Phase: Equatable, BitwiseCopyable {
    /// Not started, or without a link.
    case off
    /// No lease; DISCOVER at the deadline.
    case initial
    case selecting
    case requesting
    /// Leased an address, and asks by ARP whether another host uses it (4.4.1, RFC 5227).
    case probing
    case bound
    case renewing
    case rebinding
    /// Held a lease before the link was lost, and asks whether it is still valid (3.2).
    case rebooting
  }

  /// What the stack has to do.
  enum Change: Equatable, BitwiseCopyable {
    case nothing
    /// Adopt the lease's address.
    case bound
    /// Stop using the address.
    case lost
  }

  /// A message and its addresses.
  struct Outgoing: BitwiseCopyable {
    var message: DHCPMessage
    var source: IPv4Address
    var destination: IPv4Address
  }

  let hardware: MACAddress
  /// Sent to servers (option 12).
  let hostName: HostName
  /// Requested in DISCOVER (option 50).
  var wanted: IPv4Address?
  /// ARP probes before an address is used, and the time between them. RFC 5227 waits for 4 s to 7
  /// s; two probes find every host that answers at all within half a second.
  var probeCount: UInt8 = 2
  var probeInterval = Interval.milliseconds(250)

  /// Not probed: a former instance of this program had it a moment ago.
  var own: IPv4Address?

  private(set) var phase = Phase.off
  private(set) var lease: DHCPLease?
  /// When `tick` has something to do.
  private(set) var deadline = Instant.never
  /// A probe of this address is due.
  private(set) var probe: IPv4Address?
  private var probesSent: UInt8 = 0
  // Conflicts since the last successful renewal.
  private var conflicts: UInt8 = 0
  private static var conflictLimit: UInt8 { 10 }
  private var pending: DHCPMessage.Kind?
  private var transaction: UInt32 = 0
  private var began = Instant(nanoseconds: 0)
  private var attempt = 0
  private var offered = IPv4Address.unspecified
  private var server = IPv4Address.unspecified
  private var requestedAt = Instant(nanoseconds: 0)

  init(hardware: MACAddress, hostName: HostName = HostName()) {
    self.hardware = hardware
    self.hostName = hostName
  }

  var hasOutgoing: Bool { pending != nil }

  /// Whether a message or a probe waits to be sent.
  @inline(__always)
  var isDue: Bool { pending != nil || probe != nil }

  /// Starts, or restarts when the link is back: an unexpired lease is requested again. `random`
  /// must be fresh.
  mutating func start(random: UInt32, now: Instant) {
    transaction = random
    began = now
    attempt = 0
    if let lease, lease.expiry > now {
      phase = .rebooting
      requestedAt = now
      send(.request, now: now, random: random)
    } else {
      lease = nil
      phase = .initial
      deadline = now
    }
  }

  /// Stops: the link is gone. The lease remains and expires normally; a lease that was still being
  /// probed is dropped.
  mutating func stop() {
    if phase == .probing { lease = nil }
    phase = .off
    pending = nil
    probe = nil
    deadline = lease?.expiry ?? .never
  }

  /// Releases the lease (4.4.6).
  mutating func release() {
    pending = lease == nil ? nil : .release
    phase = .off
    probe = nil
    deadline = .never
  }

  private mutating func restart(after wait: Interval, random: UInt32, now: Instant) {
    phase = .initial
    lease = nil
    probe = nil
    pending = nil
    attempt = 0
    transaction = random
    began = now
    deadline = now + wait
  }

  private mutating func send(_ kind: DHCPMessage.Kind, now: Instant, random: UInt32) {
    pending = kind
    switch phase {
    case .renewing, .rebinding:
      // Half of the remaining time, at least a minute (4.4.5).
      guard let lease else { return }
      let end = phase == .renewing ? lease.rebinding : lease.expiry
      let half = Interval(nanoseconds: (end - now).nanoseconds / 2)
      deadline = min(now + max(half, .seconds(60)), end)
    default:
      // 4 s, 8 s ... 64 s, each randomised by up to a second (4.1).
      let base = Interval.seconds(4).doubled(min(attempt, 4), limit: .seconds(64))
      let jitter = UInt64(random % 2000) &* 1_000_000
      deadline = now + Interval(nanoseconds: base.nanoseconds &- 1_000_000_000 &+ jitter)
      attempt &+= 1
    }
  }

  /// Handles the deadline once it has come.
  mutating func tick(random: UInt32, now: Instant) -> Change {
    guard now >= deadline else { return .nothing }
    deadline = .never
    switch phase {
    case .off:
      guard let lease, lease.expiry <= now else { return .nothing }
      self.lease = nil
      return .lost
    case .initial:
      phase = .selecting
      send(.discover, now: now, random: random)
    case .selecting: send(.discover, now: now, random: random)
    case .requesting:
      if attempt >= 4 {
        restart(after: .zero, random: random, now: now)
      } else {
        send(.request, now: now, random: random)
      }
    case .rebooting:
      if let lease, lease.expiry <= now {
        restart(after: .zero, random: random, now: now)
        return .lost
      }
      if attempt >= 4 { return resume(now: now) }
      send(.request, now: now, random: random)
    case .probing: return tickProbing(now: now)
    case .bound, .renewing, .rebinding: return tickLease(random: random, now: now)
    }
    return .nothing
  }

  // No server answered: the lease may be used until it expires (3.2, 3).
  private mutating func resume(now: Instant) -> Change {
    phase = .bound
    pending = nil
    deadline = lease?.renewal ?? .never
    return .bound
  }

  private mutating func tickProbing(now: Instant) -> Change {
    guard probesSent >= probeCount else {
      probe = offered
      return .nothing
    }
    probe = nil
    phase = .bound
    deadline = lease?.renewal ?? .never
    return .bound
  }

  private mutating func tickLease(random: UInt32, now: Instant) -> Change {
    guard let lease else { return .nothing }
    if now >= lease.expiry {
      restart(after: .zero, random: random, now: now)
      return .lost
    }
    if phase == .bound {
      transaction = random
      began = now
    }
    if now >= lease.renewal { phase = now >= lease.rebinding ? .rebinding : .renewing }
    guard phase != .bound else {
      deadline = lease.renewal
      return .nothing
    }
    requestedAt = now
    send(.request, now: now, random: random)
    return .nothing
  }

  /// Records that a probe was sent.
  mutating func didSendProbe(now: Instant) {
    probe = nil
    probesSent &+= 1
    deadline = now + probeInterval
  }

  /// Reports that another host uses `address`, or probes for it.
  mutating func conflict(over address: IPv4Address, random: UInt32, now: Instant) {
    guard phase == .probing, address == offered else { return }
    decline(random: random, now: now)
  }

  /// Declines the address and starts over after 10 s (RFC 2131, 3.1.5). After many conflicts, only
  /// once a minute (RFC 5227, 2.1.1), so that a rival for every address cannot drain the server's
  /// pool.
  private mutating func decline(random: UInt32, now: Instant) {
    if conflicts < Self.conflictLimit { conflicts &+= 1 }
    let isRare = conflicts == Self.conflictLimit
    restart(after: .seconds(isRare ? 60 : 10), random: random, now: now)
    pending = .decline
  }

  /// Gives the address up to a rival that insists, and tells the server (RFC 5227, 2.4 (b); RFC
  /// 2131, 3.1.5). No effect without a lease.
  mutating func giveWay(random: UInt32, now: Instant) -> Change {
    guard let lease else { return .nothing }
    offered = lease.network.address
    server = lease.server
    decline(random: random, now: now)
    return .lost
  }

  /// Processes a server's message.
  mutating func receive(_ message: DHCPMessage, random: UInt32, now: Instant) -> Change {
    guard message.isFromServer, message.transaction == transaction, message.hardware == hardware
    else { return .nothing }
    switch (phase, message.kind) {
    case (.selecting, .offer):
      guard message.your.isHost, let server = message.server, server.isHost else {
        return .nothing
      }
      offered = message.your
      self.server = server
      phase = .requesting
      attempt = 0
      requestedAt = now
      send(.request, now: now, random: random)
    case (.requesting, .acknowledge), (.rebooting, .acknowledge), (.renewing, .acknowledge),
      (.rebinding, .acknowledge):
      return receiveAcknowledgement(message, now: now)
    case (.requesting, .refuse), (.rebooting, .refuse), (.renewing, .refuse), (.rebinding, .refuse):
      // Ignore a refusal from a server that was not chosen.
      guard phase != .requesting || message.server == nil || message.server == server else {
        return .nothing
      }
      let had = lease != nil
      restart(after: .seconds(1), random: random, now: now)
      return had ? .lost : .nothing
    default: break
    }
    return .nothing
  }

  private mutating func receiveAcknowledgement(_ message: DHCPMessage, now: Instant) -> Change {
    guard message.your.isHost, let server = message.server ?? lease?.server,
      let network = IPv4Network(
        address: message.your, mask: message.mask ?? DHCPClient.classMask(message.your)),
      phase == .requesting ? message.your == offered : message.your == lease?.network.address
    else { return .nothing }
    let routes =
      message.classlessRoutes
      ?? IPv4Routes(router: message.router, second: message.secondRouter)
    // Times count from when the request was sent (4.4.1).
    let times = LeaseTimes(message)
    func moment(_ seconds: UInt64) -> Instant {
      times.isInfinite ? .never : requestedAt + .seconds(seconds)
    }
    lease = DHCPLease(
      network: network, routes: routes.without(message.your), resolver: message.resolver,
      secondResolver: message.secondResolver, server: server, mtu: message.mtu,
      renewal: moment(times.renewal), rebinding: moment(times.rebinding),
      expiry: moment(times.lease))
    pending = nil
    let isOwn = own == offered
    own = nil
    if phase == .requesting, probeCount > 0, !isOwn {
      phase = .probing
      probesSent = 0
      probe = offered
      deadline = .never
      return .nothing
    }
    if phase == .renewing || phase == .rebinding { conflicts = 0 }
    phase = .bound
    deadline = lease?.renewal ?? .never
    return .bound
  }

  // The mask by address class, for servers that send none (RFC 791, 2.3).
  private static func classMask(_ address: IPv4Address) -> IPv4Address {
    switch address.value >> 30 {
    case 0, 1: IPv4Address(255, 0, 0, 0)
    case 2: IPv4Address(255, 255, 0, 0)
    default: IPv4Address(255, 255, 255, 0)
    }
  }

  /// The message that is due; `didSend` confirms it. Its fields follow RFC 2131, table 5.
  func outgoing(now: Instant) -> Outgoing? {
    guard let kind = pending else { return nil }
    var message = DHCPMessage(kind, transaction: transaction, hardware: hardware)
    message.seconds = UInt16(clamping: (now - began).seconds)
    message.hostName = hostName
    var out = Outgoing(message: message, source: .unspecified, destination: .broadcast)
    switch kind {
    case .discover: out.message.requested = wanted
    case .decline:
      out.message.requested = offered
      out.message.server = server
    case .release:
      guard let lease else { return nil }
      out.message.client = lease.network.address
      out.message.server = lease.server
      out.source = lease.network.address
      out.destination = lease.server
    default: fillRequest(&out)
    }
    return out
  }

  private func fillRequest(_ out: inout Outgoing) {
    switch phase {
    case .requesting:
      out.message.requested = offered
      out.message.server = server
    case .rebooting: out.message.requested = lease?.network.address
    default:
      guard let lease else { return }
      out.message.client = lease.network.address
      out.source = lease.network.address
      if phase == .renewing { out.destination = lease.server }
    }
  }

  mutating func didSend() {
    if pending == .release { lease = nil }
    pending = nil
  }
}
