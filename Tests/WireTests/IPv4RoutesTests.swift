// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import TestSupport
import Testing
import Wire

@Suite struct IPv4RoutesTests {
  let first = IPv4Address(10, 0, 0, 1)
  let second = IPv4Address(10, 0, 0, 2)
  let other = IPv4Address(192, 0, 2, 1)

  @Test func routers() {
    let none = IPv4Routes()
    #expect(none.nextHop(to: other, isFirstDead: false) == nil && !none.hasOnLink(other))
    let one = IPv4Routes(router: first)
    #expect(one.nextHop(to: other, isFirstDead: true) == first)
    let two = IPv4Routes(router: first, second: second)
    #expect(two.nextHop(to: other, isFirstDead: false) == first)
    #expect(two.nextHop(to: other, isFirstDead: true) == second)
    // Routers themselves are on the link, even dead ones.
    #expect(two.nextHop(to: first, isFirstDead: true) == first)
    #expect(two.hasOnLink(first) && two.hasOnLink(second) && !two.hasOnLink(other))
    // Addresses that no host can have, and duplicates.
    #expect(IPv4Routes(router: .broadcast, second: second) == IPv4Routes(router: second))
    #expect(IPv4Routes(router: first, second: first) == one && one != two)
    #expect(IPv4Routes(router: nil, second: second).router == second)
  }

  @Test func networks() throws {
    var routes = IPv4Routes(router: first)
    let network = try #require(IPv4Network(address: other, prefixLength: 24))
    routes.add(network, router: .unspecified)
    routes.add(network, router: second)
    // The first valid route counts; the unspecified address means "on the link".
    #expect(
      routes.nextHop(to: IPv4Address(192, 0, 2, 9), isFirstDead: false) == IPv4Address(192, 0, 2, 9)
    )
    #expect(routes.hasOnLink(other) && !routes.hasOnLink(IPv4Address(192, 0, 3, 1)))
    let own = routes.without(first)
    #expect(own.router == nil && own.hasOnLink(other))
    #expect(own.nextHop(to: IPv4Address(198, 51, 100, 1), isFirstDead: false) == nil)
  }

  /// Random routes against a naive search.
  @Test func longestPrefix() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<2000 {
      var routes = IPv4Routes(router: first, second: second)
      var plain: [(IPv4Network, IPv4Address)] = []
      for number in 0..<random.below(9) {
        let address = IPv4Address(0xc000_0000 | UInt32(random.below(256)) << 8)
        let length = UInt8(1 + random.below(32))
        let network = try #require(IPv4Network(address: address, prefixLength: length))
        let router = IPv4Address(10, 1, 0, UInt8(number + 1))
        routes.add(network, router: router)
        let isThere = plain.contains { $0.0.prefixLength == length && $0.0.contains(address) }
        if !isThere { plain.append((network, router)) }
      }
      for _ in 0..<10 {
        let target = IPv4Address(0xc000_0000 | UInt32(random.below(65536)))
        let best = plain.filter { $0.0.contains(target) }.map(\.0.prefixLength).max()
        let wanted = plain.first { $0.0.prefixLength == best && $0.0.contains(target) }?.1
        #expect(routes.nextHop(to: target, isFirstDead: false) == wanted ?? first)
      }
    }
  }
}
