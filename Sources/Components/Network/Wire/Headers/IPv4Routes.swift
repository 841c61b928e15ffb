// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses

/// A link's routes: two default routers, the second for when the first is dead (RFC 1122, 3.3.1),
/// and routes to single networks (RFC 3442). A router may lie outside of the link's network: being
/// configured, it counts as on the link.
public struct IPv4Routes: Equatable, BitwiseCopyable, Sendable {
  /// Routes to single networks; further ones are ignored, and their networks use the default
  /// router.
  public static var capacity: Int { 8 }

  struct Route: Equatable, BitwiseCopyable, Sendable {
    var network: IPv4Network
    /// Unspecified if the network is on the link itself.
    var router: IPv4Address
  }

  /// The default router.
  public private(set) var router: IPv4Address?
  /// The default router for when the first is dead.
  public private(set) var secondRouter: IPv4Address?
  private var routes: InlineArray<8, Route?> = InlineArray(repeating: nil)
  private var count = 0

  /// No routes.
  public init() {}

  /// Default routers only.
  public init(router: IPv4Address?, second: IPv4Address? = nil) {
    if let router { add(router) }
    if let second { add(second) }
  }
}

// Adding routes.
extension IPv4Routes {
  /// Adds a default router after those that exist; ignores addresses that no host can have.
  public mutating func add(_ address: IPv4Address) {
    guard address.isHost, address != router else { return }
    if router == nil {
      router = address
    } else if secondRouter == nil {
      secondRouter = address
    }
  }

  /// Adds a network's router, unless it has one. The unspecified address means that the network is
  /// on the link (RFC 3442, "Local Subnet Routes").
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

  /// The routes without those through `address`, the host's own.
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

// Looking up next hops.
extension IPv4Routes {
  /// The next hop to `destination` outside of the link's network: itself, the router of the longest
  /// prefix, or the default router (the second if the first is dead). Nil without a route.
  public func nextHop(to destination: IPv4Address, isFirstDead: Bool) -> IPv4Address? {
    if destination == router || destination == secondRouter { return destination }
    for index in 0..<count where routes[index]?.router == destination { return destination }
    if let best = best(for: destination) {
      return best.router.isUnspecified ? destination : best.router
    }
    return isFirstDead ? secondRouter ?? router : router
  }

  /// The length of the longest prefix with a route; 0 if there is none.
  public var longestPrefixLength: UInt8 {
    var longest: UInt8 = 0
    for index in 0..<count { longest = max(longest, routes[index]?.network.prefixLength ?? 0) }
    return longest
  }

  /// The next hop to `destination` by a route with a prefix longer than `length` bits: the link's
  /// network may contain others (RFC 3442). Nil if there is none.
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

  /// Whether `address` is on the link although it may lie outside of the link's network.
  public func hasOnLink(_ address: IPv4Address) -> Bool {
    nextHop(to: address, isFirstDead: false) == address
  }

  /// Compares the routes in use.
  public static func == (left: IPv4Routes, right: IPv4Routes) -> Bool {
    guard left.router == right.router, left.secondRouter == right.secondRouter,
      left.count == right.count
    else { return false }
    for index in 0..<left.count where left.routes[index] != right.routes[index] { return false }
    return true
  }
}
