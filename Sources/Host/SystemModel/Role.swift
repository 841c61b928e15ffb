// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a protection domain does in a system laid out as sDDF lays systems out, derived from its
/// connections; a name decides only where connections look alike.
public enum Role: String, CaseIterable, Hashable, Sendable, Codable {
  /// Takes an interrupt.
  case driver
  /// Stands between a driver, with which it shares memory, and several or less trusted others.
  case virtualiser
  /// Copies between a virtualiser and one client, so that the client never sees others' data.
  case copier
  /// Runs on its callers' time and takes no interrupt.
  case server
  /// Everything else: what the system is for.
  case client
}

extension Topology {
  public func role(of domain: ProtectionDomain) -> Role {
    if !domain.interrupts.isEmpty { return .driver }
    if domain.passive { return .server }
    let name = domain.name.lowercased()
    if name.contains("copy") || name.contains("copier") { return .copier }
    if name.contains("virt") || standsBeforeDriver(domain) { return .virtualiser }
    return .client
  }

  public func role(ofDomainNamed name: String) -> Role {
    domain(named: name).map(role(of:)) ?? .client
  }

  /// Shares memory and a channel with a driver, and the same with someone less urgent.
  private func standsBeforeDriver(_ domain: ProtectionDomain) -> Bool {
    var hasDriver = false
    var hasClient = false
    for name in peers(of: domain.name) where shareMemory(domain.name, name) {
      guard let peer = self.domain(named: name) else { continue }
      if !peer.interrupts.isEmpty {
        hasDriver = true
      } else if domain.effectivePriority.isMoreUrgent(than: peer.effectivePriority) {
        hasClient = true
      }
    }
    return hasDriver && hasClient
  }
}
