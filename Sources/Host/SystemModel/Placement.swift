// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Which of a kernel's cores each protection domain runs on.
///
/// By default, core 0 has the drivers and what stands between them and the clients. The clients take turns on the cores, from
/// core 1 on, and each brings along its copiers. Passive domains run where their callers do.
public struct Placement: Hashable, Sendable {
  /// Number of cores, at least 1.
  public var cores: Int
  /// Cores of single domains, which replace the default.
  public var chosen: [String: Int]

  /// Creates a placement for a number of cores.
  public init(cores: Int, chosen: [String: Int] = [:]) {
    self.cores = cores
    self.chosen = chosen
  }

  /// The core of each domain that is not passive, by name.
  ///
  /// - Throws: `PlacementError` for a chosen domain that the system does not have, that is passive, or whose core does not exist.
  public func places(in system: SystemDescription) throws(PlacementError) -> [String: Int] {
    let topology = Topology(system)
    for (name, core) in chosen.sorted(by: { $0.key < $1.key }) {
      guard let domain = topology.domain(named: name) else {
        throw .unknownDomain(name, known: topology.domains.map(\.name))
      }
      if domain.passive { throw .passive(name) }
      if !(0..<cores).contains(core) { throw .noSuchCore(domain: name, core, cores: cores) }
    }
    var places: [String: Int] = [:]
    var copiers: [ProtectionDomain] = []
    var clients = 0
    for domain in topology.domains where !domain.passive {
      switch topology.role(of: domain) {
      case .client:
        clients += 1
        places[domain.name] = clients % cores
      case .copier: copiers.append(domain)
      case .driver, .virtualiser, .server: places[domain.name] = 0
      }
    }
    places.merge(chosen) { _, chosen in chosen }
    for copier in copiers where places[copier.name] == nil {
      let client = topology.peers(of: copier.name).first {
        topology.role(ofDomainNamed: $0) == .client
      }
      places[copier.name] = client.flatMap { places[$0] } ?? 0
    }
    return places
  }

  /// Writes the cores into a description, as attribute `cpu`. With one core, nothing changes.
  ///
  /// - Throws: as `places`.
  public func apply(to system: inout SystemDescription) throws(PlacementError) {
    let places = try places(in: system)
    guard cores > 1 else { return }
    func place(_ domains: inout [ProtectionDomain]) {
      for index in domains.indices {
        domains[index].cpu = places[domains[index].name].map { UInt8($0) }
        place(&domains[index].children)
      }
    }
    place(&system.protectionDomains)
  }
}

/// Why domains cannot be placed as asked.
public enum PlacementError: Error, Hashable {
  /// The system has no domain of that name.
  case unknownDomain(String, known: [String])
  /// The domain runs on its callers' time, so on their cores.
  case passive(String)
  /// The core's number is not below the number of cores.
  case noSuchCore(domain: String, Int, cores: Int)
}
