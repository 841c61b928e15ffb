// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

/// Announces and defends the stack's own address (RFC 5227): to all stations when it is adopted
/// (2.3), and when another station claims it (2.4). Without I/O.
struct AddressDefence: BitwiseCopyable {
  /// Announcements of a new address, and the time between them (ANNOUNCE_NUM, ANNOUNCE_INTERVAL).
  static var announcements: UInt8 { 2 }
  static var interval: Interval { .seconds(2) }
  /// A second conflict within this time is decisive, and at most one defence is sent in it
  /// (DEFEND_INTERVAL).
  static var defendInterval: Interval { .seconds(10) }

  /// The reaction to another station's claim.
  enum Verdict: BitwiseCopyable {
    /// Announce the address once.
    case defend
    /// Do nothing: an announcement was sent within the interval.
    case endure
    /// Give the address up: the other station insists.
    case giveWay
  }

  /// Whether an announcement is due; `didSend` confirms it.
  private(set) var isDue = false
  /// When `tick` has something to do.
  private(set) var deadline = Instant.never
  private var left: UInt8 = 0
  private var defended: Instant?

  /// Starts announcing: the address is new, or the link is.
  mutating func begin() {
    left = AddressDefence.announcements
    isDue = true
    deadline = .never
  }

  /// Stops: there is no address any more.
  mutating func end() { self = AddressDefence() }

  mutating func tick(now: Instant) {
    guard now >= deadline else { return }
    deadline = .never
    isDue = left > 0
  }

  mutating func didSend(now: Instant) {
    isDue = false
    left = left > 0 ? left &- 1 : 0
    if left > 0 { deadline = now + AddressDefence.interval }
  }

  /// Handles another station's claim to our address. A fixed address, which cannot be replaced, is
  /// defended forever (2.4 (c)); a leased one is given up if a defence has not helped (2.4 (b)).
  mutating func conflict(isPermanent: Bool, now: Instant) -> Verdict {
    if let defended, now - defended < AddressDefence.defendInterval {
      return isPermanent ? .endure : .giveWay
    }
    defended = now
    left = max(left, 1)
    isDue = true
    deadline = .never
    return .defend
  }
}

// The stack's own address and its rivals (RFC 5227).
extension NetworkStack {
  /// Handles another station's claim to our address.
  @inline(never)
  mutating func addressConflict(with station: MACAddress, now: Instant) {
    counters.addressConflicts &+= 1
    let verdict = defence.conflict(isPermanent: !usesDHCP, now: now)
    if verdict != .endure {
      rival = station
      hasConflictEvent = true
    }
    guard verdict == .giveWay else { return }
    let change = dhcp.giveWay(random: random32(), now: now)
    apply(change, now: now)
  }

  /// The event for a conflict that was not reported yet.
  mutating func conflictEvent() -> SocketEvent {
    hasConflictEvent = false
    return SocketEvent(socket: .addressConflict(rival), tag: 0, readiness: .readable)
  }

  mutating func tickDefence(now: Instant) {
    defence.tick(now: now)
    timers.wake(defenceTimer, by: defence.deadline)
  }

  /// Announces our address to all stations; false if no buffer was free.
  @inline(never)
  mutating func announce<Output: FrameOutput & ~Copyable>(
    now: Instant, into output: inout Output
  ) -> Bool {
    if let address = network?.address {
      let packet = ARPPacket(
        operation: .request, senderHardware: configuration.hardware, sender: address,
        targetHardware: MACAddress(0), target: address)
      guard sendARP(packet, to: .broadcast, into: &output) else { return false }
    }
    defence.didSend(now: now)
    timers.wake(defenceTimer, by: defence.deadline)
    return true
  }
}
