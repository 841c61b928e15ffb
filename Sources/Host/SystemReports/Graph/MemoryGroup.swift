// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Regions of one kind with the same sharers, which make one node of the graph.
struct MemoryGroup {
  /// A protection domain, or the guest that it runs.
  struct Sharer: Hashable {
    var domain: String
    var isGuest: Bool
  }

  var sharers: [Sharer]
  /// Indices of the I/O address spaces that it is mapped into.
  var ioSpaces: [Int]
  var isDMA: Bool
  var regions: [MemoryRegion]

  private struct Key: Hashable {
    var sharers: Set<Sharer>
    var ioSpaces: [Int]
    var isDMA: Bool
  }

  /// Groups the regions that more than one domain, guest or device reaches, in the order of the
  /// description, or gives each its own group if `everyRegion`.
  static func groups(
    of topology: Topology, kinds: [String: MemoryKind], everyRegion: Bool
  ) -> [MemoryGroup] {
    var spaces: [String: [Int]] = [:]
    for (index, space) in topology.system.ioAddressSpaces.enumerated() {
      for name in Set(space.maps.compactMap { $0.attributes["mr"] }) {
        spaces[name, default: []].append(index)
      }
    }
    var groups: [MemoryGroup] = []
    var indices: [Key: Int] = [:]
    for region in topology.system.memoryRegions {
      let ioSpaces = spaces[region.name] ?? []
      var seen: Set<Sharer> = []
      let sharers = topology.uses(of: region.name)
        .map { Sharer(domain: $0.domain, isGuest: $0.isGuest) }
        .filter { seen.insert($0).inserted }
      let isDMA = kinds[region.name] == .dma || !ioSpaces.isEmpty
      if kinds[region.name] == .device || ioSpaces.isEmpty && sharers.isEmpty { continue }
      if !isDMA && sharers.count < 2 { continue }
      let key = Key(sharers: seen, ioSpaces: ioSpaces, isDMA: isDMA)
      if !everyRegion, let index = indices[key] {
        groups[index].regions.append(region)
      } else {
        indices[key] = groups.count
        groups.append(
          MemoryGroup(sharers: sharers, ioSpaces: ioSpaces, isDMA: isDMA, regions: [region]))
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

  /// A sharer's permissions for the group's regions: "rw", or "r, rw" if they differ.
  func permissions(of sharer: Sharer, _ topology: Topology) -> String {
    let uses = regions.flatMap { topology.uses(of: $0.name) }
      .filter { $0.domain == sharer.domain && $0.isGuest == sharer.isGuest }
    return Set(uses.map(\.map.permissions.description)).sorted().joined(separator: ", ")
  }

  /// The same for a device.
  func permissions(of space: IOAddressSpace) -> String {
    let names = Set(regions.map(\.name))
    let maps = space.maps.filter { names.contains($0.attributes["mr"] ?? "") }
    return Set(maps.map { $0.attributes["perms"] ?? "rw" }).sorted().joined(separator: ", ")
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

extension MemoryGroup {
  /// Takes out of `groups` the memory of two domains with a channel of which one is a hub, where
  /// nodes for it would hide everything else.
  ///
  /// - Returns: what to write at the channels, by their index.
  static func foldAtHubs(
    _ groups: inout [MemoryGroup], ports: [String: SidePorts], channels: [Channel]
  ) -> [Int: [MemoryGroup]] {
    var channelsByEnds: [Set<String>: Int] = [:]
    for (index, channel) in channels.enumerated() {
      let ends: Set = [channel.a.domain, channel.b.domain]
      if ends.contains(where: { ports[$0]?.isHub == true }), channelsByEnds[ends] == nil {
        channelsByEnds[ends] = index
      }
    }
    var folded: [Int: [MemoryGroup]] = [:]
    groups.removeAll { group in
      guard group.sharers.count == 2, group.ioSpaces.isEmpty,
        !group.sharers.contains(where: \.isGuest),
        let channel = channelsByEnds[Set(group.sharers.map(\.domain))]
      else { return false }
      folded[channel, default: []].append(group)
      return true
    }
    return folded
  }
}
