// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Wire

// Whom packets are handed (RFC 1122, 3.3.1).
extension NetworkStack {
  enum Route: BitwiseCopyable {
    case direct(MACAddress)
    case via(IPv4Address)
    case none
  }

  /// Whom packets to `destination` are handed.
  @inline(__always)
  func route(to destination: IPv4Address) -> Route {
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
  private func routeOutside(to destination: IPv4Address) -> Route {
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

  /// Whether `address` can be asked for by ARP: it is in the link's network, or somebody in charge said that it is on the
  /// link, as of routers outside of it.
  func isOnLink(_ address: IPv4Address) -> Bool {
    network.map { $0.contains(address) || routes.hasOnLink(address) } ?? false
  }

  /// The router for everything, where there is another one.
  var routerInUse: IPv4Address? {
    guard let second = routes.secondRouter else { return nil }
    return isFirstRouterDead ? second : routes.router
  }

  /// The router in use was just asked in vain: the other one is used from now on, until that is dead in its turn
  /// (RFC 1122, 3.3.1.6).
  mutating func switchRouter() { isFirstRouterDead.toggle() }
}
