// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// An index over a description that answers who shares what with whom. Create it once and ask it
/// often.
///
/// In a broken description, a name that occurs twice means its first entity, and undeclared names
/// are kept, so that reports can still show them.
public struct Topology: Sendable {
  /// One mapping of a region, and the domain that has it.
  public struct Use: Hashable, Sendable {
    /// Name of the domain.
    public var domain: String
    /// The mapping.
    public var map: Map
    /// Whether it is in the address space of the guest that the domain runs.
    public var isGuest: Bool
  }

  /// The indexed description.
  public let system: SystemDescription
  /// Every protection domain, parents before children.
  public let domains: [ProtectionDomain]
  /// The board's physical memory, which tells memory from registers; empty if unknown.
  public let ramRanges: [Range<UInt64>]

  private let domainsByName: [String: ProtectionDomain]
  private let usesByRegion: [String: [Use]]
  private let peersByDomain: [String: Set<String>]
  private let relativesByDomain: [String: Set<String>]
  private let regionsByDomain: [String: Set<String>]
  /// Regions whose physical address some domain asks for with `<setvar region_paddr>`.
  public let regionsWithAddressSymbol: Set<String>
  /// Regions that a device behind an IOMMU can reach.
  public let regionsInIOAddressSpaces: Set<String>

  /// Indexes a description.
  public init(_ system: SystemDescription, ramRanges: [Range<UInt64>] = []) {
    self.system = system
    self.ramRanges = ramRanges
    domains = system.allProtectionDomains
    domainsByName = Dictionary(
      domains.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    regionsByDomain = domainsByName.mapValues { Set($0.maps.map(\.region)) }

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
    regionsWithAddressSymbol = Set(
      domains.flatMap { $0.physicalAddressSymbols.map(\.region) })
    regionsInIOAddressSpaces = Set(
      system.ioAddressSpaces.flatMap { $0.maps.compactMap { $0.attributes["mr"] } })
  }

  /// The first domain of that name; nil if there is none.
  public func domain(named name: String) -> ProtectionDomain? { domainsByName[name] }

  /// Every mapping of a region, in the order of the description.
  public func uses(of region: String) -> [Use] { usesByRegion[region] ?? [] }

  /// The protection domains that map a region, directly or for their guest, without repetition.
  public func sharers(of region: String) -> [String] {
    var seen: Set<String> = []
    return uses(of: region).map(\.domain).filter { seen.insert($0).inserted }
  }

  /// The domains at the other ends of a domain's channels.
  public func peers(of domain: String) -> Set<String> { peersByDomain[domain] ?? [] }

  /// A protection domain's parent and children.
  public func relatives(of domain: String) -> Set<String> { relativesByDomain[domain] ?? [] }

  /// Splits domains into groups that are connected by channels or parenthood among themselves.
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

  /// Whether some region is mapped by both domains.
  public func shareMemory(_ a: String, _ b: String) -> Bool {
    guard let mine = regionsByDomain[a], let theirs = regionsByDomain[b] else { return false }
    return !mine.isDisjoint(with: theirs)
  }
}

extension Topology {
  /// The protection domains that can write a region, directly or through their guest, without
  /// repetition.
  public func writers(of region: String) -> [String] {
    var seen: Set<String> = []
    return uses(of: region).filter { $0.map.permissions.contains(.write) }.map(\.domain)
      .filter { seen.insert($0).inserted }
  }

  /// Whether a channel connects the domains, or one is the other's parent.
  public func areConnected(_ a: String, _ b: String) -> Bool {
    peers(of: a).contains(b) || relatives(of: a).contains(b)
  }
}
