// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a protection domain does in a system laid out as in sDDF. It is derived from connections;
/// names decide only between domains with the same connections.
public enum Role: String, CaseIterable, Hashable, Sendable, Codable {
  /// Receives an interrupt.
  case driver
  /// Stands between a driver, with which it shares memory, and several or less trusted domains.
  case virtualiser
  /// Copies between a virtualiser and one client, so that the client cannot see other clients'
  /// data.
  case copier
  /// Runs on its callers' time and receives no interrupt.
  case server
  /// Everything else: what the system is for.
  case client
}

extension Topology {
  /// See docs/reports.md for the rules.
  public func role(of domain: ProtectionDomain) -> Role {
    if !domain.interrupts.isEmpty { return .driver }
    if domain.passive { return .server }
    let name = domain.name.lowercased()
    if name.contains("copy") || name.contains("copier") { return .copier }
    if name.contains("virt") || standsBeforeDriver(domain) { return .virtualiser }
    return .client
  }

  /// The role of the domain of that name; `.client` if there is none.
  public func role(ofDomainNamed name: String) -> Role {
    domain(named: name).map(role(of:)) ?? .client
  }

  /// Whether the domain shares memory and a channel with a driver, and also with a less urgent
  /// domain.
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
