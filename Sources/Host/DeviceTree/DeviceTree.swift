// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A device tree as values: what firmware, Linux and seL4 are told about a machine's hardware.
///
/// Everything is read and bounded once, when the tree is made; a hostile blob ends in a
/// `DeviceTreeError` here and can do nothing later. Format and meaning: Devicetree Specification 0.4.
public struct DeviceTree: Sendable {
  /// The file it was read from, or the name that errors shall use instead.
  public let name: String
  /// Every node, parents before children, in the order of the blob; the first one is the root.
  public let nodes: [Node]

  private let indexByPath: [String: Int]
  private let indexByPhandle: [UInt32: Int]

  /// One node. Relations are indices into `nodes`, so that a tree stays a plain value.
  public struct Node: Hashable, Sendable {
    /// Name with unit address: `serial@3000`; empty for the root.
    public var name: String
    /// Full path: `/soc/bus@ff800000/serial@3000`; `/` for the root.
    public var path: String
    public var index: Int
    public var parent: Int?
    public var children: [Int]
    public var properties: [Property]
  }

  /// Reads a flattened tree (`.dtb`, version 17). `name` is what errors call it.
  public init(blob: [UInt8], name: String) throws(DeviceTreeError) {
    try self.init(nodes: flattenedNodes(of: blob, file: name), name: name)
  }

  /// Compiles device tree source with `dtc`. `name` is what errors call it.
  public init(source: some Sequence<UInt8>, name: String) throws(DeviceTreeError) {
    try self.init(blob: compileDeviceTree(source: Array(source), file: name), name: name)
  }

  /// Reads a file: `.dts` and `.dtsi` go through `dtc` (which must be installed), all else is a blob.
  public static func load(_ path: String) throws(DeviceTreeError) -> DeviceTree {
    let isSource = path.hasSuffix(".dts") || path.hasSuffix(".dtsi")
    let blob = isSource ? try compileDeviceTree(path: path) : try readFile(path)
    return try DeviceTree(blob: blob, name: path)
  }

  private init(nodes: [Node], name: String) {
    self.name = name
    self.nodes = nodes
    var paths: [String: Int] = [:]
    var phandles: [UInt32: Int] = [:]
    for node in nodes {
      // Of duplicates the first counts, as it does for libfdt.
      if paths[node.path] == nil { paths[node.path] = node.index }
      let property = node["phandle"] ?? node["linux,phandle"]
      if let cell = property?.cell, phandles[cell] == nil { phandles[cell] = node.index }
    }
    indexByPath = paths
    indexByPhandle = phandles
  }

  public var root: Node { nodes[0] }

  public func parent(of node: Node) -> Node? { node.parent.map { nodes[$0] } }
  public func children(of node: Node) -> [Node] { node.children.map { nodes[$0] } }

  func node(exactly path: String) -> Node? { indexByPath[path].map { nodes[$0] } }

  /// The node that a phandle cell refers to.
  public func node(phandle: UInt32) -> Node? { indexByPhandle[phandle].map { nodes[$0] } }

  func error(_ problem: DeviceTreeError.Problem, at node: Node? = nil) -> DeviceTreeError {
    DeviceTreeError(file: name, node: node?.path, problem)
  }
}
