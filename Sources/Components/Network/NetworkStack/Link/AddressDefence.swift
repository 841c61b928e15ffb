// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

/// Says whose the stack's own address is (RFC 5227): to everybody when it is taken into use (2.3), and to another station that
/// claims it (2.4). Without I/O.
struct AddressDefence: BitwiseCopyable {
  /// Announcements of a new address, and the time between them (ANNOUNCE_NUM, ANNOUNCE_INTERVAL).
  static var announcements: UInt8 { 2 }
  static var interval: Interval { .seconds(2) }
  /// A second conflict within this time is one too many, and no more than one defence is sent in it (DEFEND_INTERVAL).
  static var defendInterval: Interval { .seconds(10) }

  /// What another station's claim comes to.
  enum Verdict: BitwiseCopyable {
    /// Announce the address once.
    case defend
    /// Others have been told within the interval.
    case endure
    /// Both stay: one has to go.
    case giveWay
  }

  /// Whether an announcement is to be sent; `sent` says that it was.
  private(set) var isDue = false
  /// When `tick` has something to do.
  private(set) var deadline = Instant.never
  private var left: UInt8 = 0
  private var defended: Instant?

  /// An address is taken into use, or the link is another one.
  mutating func begin() {
    left = AddressDefence.announcements
    isDue = true
    deadline = .never
  }

  /// There is no address any more.
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

  /// Another station says that it has our address. One that was given to us alone, and is worth more than the other's peace,
  /// is defended for ever (2.4 (c)); any other is given up when a defence has not helped (2.4 (b)).
  mutating func conflict(isForEver: Bool, now: Instant) -> Verdict {
    if let defended, now - defended < AddressDefence.defendInterval {
      return isForEver ? .endure : .giveWay
    }
    defended = now
    left = max(left, 1)
    isDue = true
    deadline = .never
    return .defend
  }
}

// The stack's own address, and others who claim it (RFC 5227).
extension NetworkStack {
  /// Another station says that it has our address.
  @inline(never)
  mutating func addressConflict(with station: MACAddress, now: Instant) {
    counters.addressConflicts &+= 1
    let verdict = defence.conflict(isForEver: !usesDHCP, now: now)
    if verdict != .endure {
      rival = station
      hasConflictEvent = true
    }
    guard verdict == .giveWay else { return }
    let change = dhcp.giveWay(random: random32(), now: now)
    apply(change, now: now)
  }

  /// The event of a conflict that was not told.
  mutating func conflictEvent() -> SocketEvent {
    hasConflictEvent = false
    return SocketEvent(socket: .addressConflict(rival), tag: 0, readiness: .readable)
  }

  mutating func tickDefence(now: Instant) {
    defence.tick(now: now)
    timers.wake(defenceTimer, by: defence.deadline)
  }

  /// Says to everybody where our address is; false when there was no buffer.
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
