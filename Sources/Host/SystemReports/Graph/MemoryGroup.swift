// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Regions of one kind with the same sharers, which make one node of the graph.
struct MemoryGroup {
  var sharers: [String]
  var isDMA: Bool
  var regions: [MemoryRegion]

  /// Groups shared regions and DMA regions, in the order of the description, or gives each its own
  /// group if `everyRegion`.
  static func groups(of topology: Topology, everyRegion: Bool) -> [MemoryGroup] {
    var groups: [MemoryGroup] = []
    var indices: [[String]: Int] = [:]
    for region in topology.system.memoryRegions {
      let kind = topology.kind(of: region)
      guard kind == .shared || kind == .dma else { continue }
      let sharers = topology.sharers(of: region.name).sorted()
      if sharers.isEmpty { continue }
      let key = sharers + (kind == .dma ? ["", "dma"] : [])
      if !everyRegion, let index = indices[key] {
        groups[index].regions.append(region)
      } else {
        indices[key] = groups.count
        groups.append(MemoryGroup(sharers: sharers, isDMA: kind == .dma, regions: [region]))
      }
    }
    return groups
  }

  /// "queue \u{d7}4 + data", derived from the regions' names without domains' names.
  func title(_ topology: Topology) -> String {
    var nouns: [(noun: String, count: Int)] = []
    for region in regions {
      let noun = Self.noun(of: region.name, topology)
      if let index = nouns.firstIndex(where: { $0.noun == noun }) {
        nouns[index].count += 1
      } else {
        nouns.append((noun, 1))
      }
    }
    return nouns.map { $0.count == 1 ? $0.noun : "\($0.noun) \u{d7}\($0.count)" }
      .joined(separator: " + ")
  }

  var size: ByteCount { total(regions.compactMap(\.size)) }

  /// A domain's permissions for the group's regions: "rw", or "r, rw" if they differ.
  func permissions(of domain: String, _ topology: Topology) -> String {
    var seen: [String] = []
    for region in regions {
      for use in topology.uses(of: region.name) where use.domain == domain {
        let text = use.map.permissions.description
        if !seen.contains(text) { seen.append(text) }
      }
    }
    return seen.sorted().joined(separator: ", ")
  }

  /// The first of these words in a name says what the region is.
  private static let knownNouns = [
    "metadata", "queue", "ring", "data", "share", "config", "state", "buffer",
  ]
  /// Names for the two halves of a queue in older layouts.
  private static let queueParts = [
    "free", "active", "request", "response", "command", "completion",
  ]

  private static func noun(of name: String, _ topology: Topology) -> String {
    let parts = name.split(separator: "/").map(String.init)
      .filter { topology.domain(named: $0) == nil }
    let words = parts.flatMap { $0.split(whereSeparator: { $0 == "_" || $0 == "-" }) }
      .map { $0.lowercased() }
    guard let noun = knownNouns.first(where: { words.contains($0) || words.contains($0 + "s") })
    else { return queueParts.contains(where: words.contains) ? "queue" : parts.last ?? name }
    if noun == "data" && words.contains("rx") { return "rx data" }
    if noun == "data" && words.contains("tx") { return "tx data" }
    return noun
  }
}
