// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import Wire

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
    defence.sent(now: now)
    timers.wake(defenceTimer, by: defence.deadline)
    return true
  }
}
