// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Which domains are to the left of which: drivers first, clients last.
struct GraphOrder {
  private let keys: [String: (role: Role, rank: Int, urgency: Int)]

  init(_ topology: Topology) {
    keys = Dictionary(
      topology.domains.map { domain in
        let role = topology.role(of: domain)
        let rank = Role.allCases.firstIndex(of: role) ?? 0
        return (domain.name, (role, rank, -Int(domain.effectivePriority.rawValue)))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// `.client` if there is no such domain.
  func role(of domain: String) -> Role { keys[domain]?.role ?? .client }

  func isUpstream(_ a: String, _ b: String) -> Bool {
    func key(_ name: String) -> (Int, Int, String) {
      let key = keys[name]
      return (key?.rank ?? Role.allCases.count, key?.urgency ?? 0, name)
    }
    return key(a) < key(b)
  }

  /// A channel's ends, the left one first.
  func leftToRight(_ channel: Channel) -> (left: Channel.End, right: Channel.End) {
    isUpstream(channel.b.domain, channel.a.domain)
      ? (channel.b, channel.a) : (channel.a, channel.b)
  }
}
