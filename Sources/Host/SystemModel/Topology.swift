// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Who shares what with whom: an index over a description, made once and asked often.
///
/// Names that a broken description uses twice stand for the first entity of that name; names that
/// it does not declare are kept, so that reports can still show them.
public struct Topology: Sendable {
  /// One mapping of a region, and whose it is.
  public struct Use: Hashable, Sendable {
    public var domain: String
    public var map: Map
    /// Whether the mapping is in the guest that the protection domain runs.
    public var isGuest: Bool
  }

  public let system: SystemDescription
  /// Every protection domain, parents before their children.
  public let domains: [ProtectionDomain]
  /// Physical memory, for telling device registers from memory; empty if it is not known.
  public let ramRanges: [Range<UInt64>]

  private let domainsByName: [String: ProtectionDomain]
  private let usesByRegion: [String: [Use]]
  private let peersByDomain: [String: Set<String>]
  private let relativesByDomain: [String: Set<String>]
  let regionsWithTakenAddress: Set<String>

  public init(_ system: SystemDescription, ramRanges: [Range<UInt64>] = []) {
    self.system = system
    self.ramRanges = ramRanges
    domains = system.allProtectionDomains
    domainsByName = Dictionary(
      domains.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    var uses: [String: [Use]] = [:]
    var relatives: [String: Set<String>] = [:]
    for domain in domains {
      for map in domain.maps {
        uses[map.region, default: []].append(Use(domain: domain.name, map: map, isGuest: false))
      }
      for map in domain.virtualMachine?.maps ?? [] {
        uses[map.region, default: []].append(Use(domain: domain.name, map: map, isGuest: true))
      }
      for child in domain.children {
        relatives[domain.name, default: []].insert(child.name)
        relatives[child.name, default: []].insert(domain.name)
      }
    }
    usesByRegion = uses
    relativesByDomain = relatives

    var peers: [String: Set<String>] = [:]
    for channel in system.channels {
      peers[channel.a.domain, default: []].insert(channel.b.domain)
      peers[channel.b.domain, default: []].insert(channel.a.domain)
    }
    peersByDomain = peers
    regionsWithTakenAddress = Set(
      domains.flatMap { $0.physicalAddressSymbols.map(\.region) })
  }

  public func domain(named name: String) -> ProtectionDomain? { domainsByName[name] }

  /// Every mapping of a region, in the order of the description.
  public func uses(of region: String) -> [Use] { usesByRegion[region] ?? [] }

  /// The protection domains that map a region, themselves or in their guest, each once.
  public func sharers(of region: String) -> [String] {
    var seen: Set<String> = []
    return uses(of: region).map(\.domain).filter { seen.insert($0).inserted }
  }

  /// The protection domains at the other ends of a protection domain's channels.
  public func peers(of domain: String) -> Set<String> { peersByDomain[domain] ?? [] }

  /// A protection domain's parent and children.
  public func relatives(of domain: String) -> Set<String> { relativesByDomain[domain] ?? [] }

  /// Splits protection domains into groups that channels or parenthood connect without leaving them.
  public func connectedGroups(among domains: [String]) -> [[String]] {
    var remaining = domains
    var groups: [[String]] = []
    while let first = remaining.first {
      var reached: Set<String> = [first]
      var frontier = [first]
      while let next = frontier.popLast() {
        let neighbours = peers(of: next).union(relatives(of: next))
        for other in remaining where neighbours.contains(other) && reached.insert(other).inserted {
          frontier.append(other)
        }
      }
      groups.append(remaining.filter(reached.contains))
      remaining.removeAll(where: reached.contains)
    }
    return groups
  }

  /// Whether two protection domains both map some region.
  public func shareMemory(_ a: String, _ b: String) -> Bool {
    guard let mine = domain(named: a), let theirs = domain(named: b) else { return false }
    let regions = Set(mine.maps.map(\.region))
    return theirs.maps.contains { regions.contains($0.region) }
  }
}
