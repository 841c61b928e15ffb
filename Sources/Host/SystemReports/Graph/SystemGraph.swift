// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// How to draw a system.
public struct GraphOptions: Hashable, Sendable {
  /// Headline; nil for none.
  public var title: String?
  /// Whether to draw shared memory, not only domains and channels.
  public var showsMemory: Bool
  /// Whether to draw each shared region instead of grouping those with the same sharers.
  public var everyRegion: Bool
  /// Supplies defaults.
  public var sdk: SDKVersion

  /// Creates options, by default without headline and with grouped memory.
  public init(
    title: String? = nil, showsMemory: Bool = true, everyRegion: Bool = false,
    sdk: SDKVersion = .newest
  ) {
    self.title = title
    self.showsMemory = showsMemory
    self.everyRegion = everyRegion
    self.sdk = sdk
  }
}

/// A picture of a system in Graphviz's DOT language: hardware at the left, then drivers,
/// virtualisers, copiers and clients, with channels, shared memory and rights between them. The same system
/// gives the same bytes.
///
/// - Parameter ramRanges: the board's memory; if empty, `Topology.kind(of:)` guesses what is a
///   device.
public func graph(
  _ system: SystemDescription, options: GraphOptions = GraphOptions(),
  ramRanges: [Range<UInt64>] = []
) -> String {
  let topology = Topology(system, ramRanges: ramRanges)
  var drawing = GraphDrawing(topology: topology, options: options)
  return drawing.draw()
}
