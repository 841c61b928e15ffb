// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

public struct GraphOptions: Hashable, Sendable {
  /// Headline; nil draws none.
  public var title: String?
  /// Draws each shared region on its own instead of grouping those with the same sharers.
  public var everyRegion: Bool
  public var sdk: SDKVersion

  public init(title: String? = nil, everyRegion: Bool = false, sdk: SDKVersion = .newest) {
    self.title = title
    self.everyRegion = everyRegion
    self.sdk = sdk
  }
}

/// A picture of a system in Graphviz's DOT language, the same for the same system to the byte:
/// hardware at the left, then drivers, virtualisers, copiers and clients, with the channels and
/// shared memory between them.
public func graph(
  _ system: SystemDescription, options: GraphOptions = GraphOptions(),
  ramRanges: [Range<UInt64>] = []
) -> String {
  let topology = Topology(system, ramRanges: ramRanges)
  var drawing = GraphDrawing(topology: topology, options: options)
  return drawing.draw()
}
