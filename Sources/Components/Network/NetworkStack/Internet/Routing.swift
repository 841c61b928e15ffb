// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

// The next hop of outgoing packets (RFC 1122, 3.3.1).
extension NetworkStack {
  enum Route: BitwiseCopyable {
    case direct(MACAddress)
    case via(IPv4Address)
    case none
  }

  /// The next hop of packets to `destination`.
  @inline(__always)
  mutating func route(to destination: IPv4Address) -> Route {
    guard let network else { return .none }
    if network.contains(destination) {
      if hasRoutesInside,
        let nextHop = routes.nextHop(to: destination, longerThan: network.prefixLength)
      {
        return .via(nextHop)
      }
      if destination == network.broadcast { return .direct(.broadcast) }
      return destination == network.address ? .none : .via(destination)
    }
    return routeOutside(to: destination)
  }

  @inline(never)
  private mutating func routeOutside(to destination: IPv4Address) -> Route {
    if destination == .broadcast { return .direct(.broadcast) }
    if destination.isMulticast { return .direct(multicast(destination)) }
    guard destination.isHost,
      let nextHop = routes.nextHop(to: destination, isFirstDead: isFirstRouterDead)
    else { return .none }
    return .via(nextHop)
  }

  // RFC 1112, 6.4.
  private func multicast(_ address: IPv4Address) -> MACAddress {
    MACAddress(0x0100_5e00_0000 | UInt64(address.value & 0x7f_ffff))
  }

  /// Whether `address` can be resolved by ARP: it is in the link's network, or configured as on the
  /// link, like a router outside of the network.
  func isOnLink(_ address: IPv4Address) -> Bool {
    network.map { $0.contains(address) || routes.hasOnLink(address) } ?? false
  }

  /// The default router in use, if there is a second one to switch to.
  var routerInUse: IPv4Address? {
    guard let second = routes.secondRouter else { return nil }
    return isFirstRouterDead ? second : routes.router
  }

  /// Switches to the other default router, since the one in use no longer answers ARP (RFC 1122,
  /// 3.3.1.6).
  mutating func switchRouter() { isFirstRouterDead.toggle() }
}
