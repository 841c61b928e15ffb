// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// The ways out of a link: two routers for everything, the second for when the first is dead
/// (RFC 1122, 3.3.1), and some for single networks (RFC 3442). A router need not lie in the link's
/// own network: who names it says that it is on the link.
public struct IPv4Routes: Equatable, BitwiseCopyable, Sendable {
  /// Networks with a router of their own; more are left out, and are reached as everything else is.
  public static var capacity: Int { 8 }

  struct Route: Equatable, BitwiseCopyable, Sendable {
    var network: IPv4Network
    /// Unspecified where the network is on the link itself.
    var router: IPv4Address
  }

  /// The router for what no route says more about.
  public private(set) var router: IPv4Address?
  public private(set) var secondRouter: IPv4Address?
  private var routes: InlineArray<8, Route?> = InlineArray(repeating: nil)
  private var count = 0

  public init() {}

  public init(router: IPv4Address?, second: IPv4Address? = nil) {
    if let router { add(router) }
    if let second { add(second) }
  }
}

// Making it.
extension IPv4Routes {
  /// Another router for everything, after those that there are. What is no host's address says
  /// nothing.
  public mutating func add(_ address: IPv4Address) {
    guard address.isHost, address != router else { return }
    if router == nil {
      router = address
    } else if secondRouter == nil {
      secondRouter = address
    }
  }

  /// The router for a network, where that has none yet. The unspecified address says that the
  /// network is on the link (RFC 3442, "Local Subnet Routes").
  public mutating func add(_ network: IPv4Network, router address: IPv4Address) {
    guard address.isUnspecified || address.isHost else { return }
    if network.prefixLength == 0, !address.isUnspecified { return add(address) }
    guard count < IPv4Routes.capacity, !has(network) else { return }
    routes[count] = Route(network: network, router: address)
    count &+= 1
  }

  private func has(_ network: IPv4Network) -> Bool {
    for index in 0..<count {
      if let other = routes[index]?.network, other.prefixLength == network.prefixLength,
        other.contains(network.address)
      {
        return true
      }
    }
    return false
  }

  /// Without ways through `address`, which is the host's own.
  public func without(_ address: IPv4Address) -> IPv4Routes {
    var rest = IPv4Routes()
    if let router, router != address { rest.add(router) }
    if let secondRouter, secondRouter != address { rest.add(secondRouter) }
    for index in 0..<count {
      if let route = routes[index], route.router != address {
        rest.add(route.network, router: route.router)
      }
    }
    return rest
  }
}

// Asking it.
extension IPv4Routes {
  /// Whom packets for `destination`, which is not in the link's own network, are handed: itself, the
  /// router of the longest prefix, or the router for everything (the second one, where the first is
  /// dead). Nil without any.
  public func nextHop(to destination: IPv4Address, isFirstDead: Bool) -> IPv4Address? {
    if destination == router || destination == secondRouter { return destination }
    for index in 0..<count where routes[index]?.router == destination { return destination }
    if let best = best(for: destination) {
      return best.router.isUnspecified ? destination : best.router
    }
    return isFirstDead ? secondRouter ?? router : router
  }

  /// The bits of the longest prefix that has a router of its own; 0 without any.
  public var longestPrefixLength: UInt8 {
    var longest: UInt8 = 0
    for index in 0..<count { longest = max(longest, routes[index]?.network.prefixLength ?? 0) }
    return longest
  }

  /// Whom packets for `destination` are handed by a route of a prefix longer than `length` bits, as the link's own
  /// network may hold others (RFC 3442). Nil without any.
  public func nextHop(to destination: IPv4Address, longerThan length: UInt8) -> IPv4Address? {
    guard let route = best(for: destination), route.network.prefixLength > length,
      !route.router.isUnspecified, route.router != destination
    else { return nil }
    return route.router
  }

  private func best(for destination: IPv4Address) -> Route? {
    var best: Route?
    for index in 0..<count {
      if let route = routes[index], route.network.contains(destination),
        best.map({ route.network.prefixLength > $0.network.prefixLength }) ?? true
      {
        best = route
      }
    }
    return best
  }

  /// Whether `address` is on the link, though it may be outside of the link's own network.
  public func hasOnLink(_ address: IPv4Address) -> Bool {
    nextHop(to: address, isFirstDead: false) == address
  }

  public static func == (left: IPv4Routes, right: IPv4Routes) -> Bool {
    guard left.router == right.router, left.secondRouter == right.secondRouter,
      left.count == right.count
    else { return false }
    for index in 0..<left.count where left.routes[index] != right.routes[index] { return false }
    return true
  }
}
