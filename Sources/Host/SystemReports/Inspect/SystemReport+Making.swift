// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension SystemReport {
  /// Reports on a description.
  ///
  /// - Parameters:
  ///   - sdk: supplies defaults.
  ///   - ramRanges: the board's memory; if empty, `Topology.kind(of:)` guesses what is a device.
  public init(
    _ system: SystemDescription, sdk: SDKVersion = .newest, ramRanges: [Range<UInt64>] = []
  ) {
    let topology = Topology(system, ramRanges: ramRanges)
    version = Self.currentVersion
    self.sdk = sdk.rawValue
    rights = SystemReports.rights(of: topology, sdk: sdk)
    schedule = system.domainSchedule.map { Schedule($0, domains: topology.domains) }
    regions = system.memoryRegions.map { Region($0, topology) }
    let byName = Dictionary(
      regions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    domains = DomainReporter(topology: topology, regions: byName, sdk: sdk).all()
    ioAddressSpaces = system.ioAddressSpaces.map { IOSpace($0, regions: byName) }
    memory = Self.totals(of: regions)
    regionCount = regions.count
    regionBytes = total(regions.compactMap(\.size).map { ByteCount($0) }).rawValue
    unsizedRegions = regions.count { $0.size == nil }
    channelCount = system.channels.count
    interruptCount = topology.domains.reduce(0) { $0 + $1.interrupts.count }
  }

  private static func totals(of regions: [Region]) -> [Total] {
    MemoryKind.allCases.compactMap { kind in
      let members = regions.filter { $0.kind == kind }
      if members.isEmpty { return nil }
      return Total(
        kind: kind, regions: members.count,
        bytes: total(members.compactMap(\.size).map { ByteCount($0) }).rawValue,
        unsized: members.count { $0.size == nil })
    }
  }
}

extension SystemReport.Region {
  fileprivate init(_ region: MemoryRegion, _ topology: Topology) {
    name = region.name
    kind = topology.kind(of: region)
    size = region.size?.rawValue
    pageSize = region.pageSize?.rawValue
    physicalAddress = region.physicalAddress?.description
    prefillPath = region.prefillPath
    prefillBootInfo = region.prefillBootInfo
    mappedBy = topology.sharers(of: region.name)
  }
}

extension SystemReport.IOSpace {
  fileprivate init(_ space: IOAddressSpace, regions: [String: SystemReport.Region]) {
    name = space.attributes["name"] ?? "?"
    peripheralID = space.attributes["peripheral_id"]
    domainID = space.attributes["domain_id"]
    maps = space.maps.map { map in
      let region = map.attributes["mr"] ?? "?"
      return SystemReport.IOMapping(
        region: region, address: map.attributes["iovaddr"] ?? "?", size: regions[region]?.size,
        permissions: map.attributes["perms"] ?? "rw")
    }
  }
}
