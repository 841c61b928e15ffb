// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A device tree as values: what firmware, Linux and seL4 know about a machine's hardware.
///
/// Everything is read and checked against bounds when the tree is created, so a hostile blob causes
/// a `DeviceTreeError` there and nothing later. Format and meaning: Devicetree Specification 0.4.
public struct DeviceTree: Sendable {
  /// The file it came from, or what errors call it.
  public let name: String
  /// Every node, parents before children, in the blob's order; the first is the root.
  public let nodes: [Node]

  private let indexByPath: [String: Int]
  private let indexByPhandle: [UInt32: Int]

  /// One node. Relations are indices into `nodes`, so that a tree stays a plain value.
  public struct Node: Hashable, Sendable {
    /// Name with unit address: `serial@3000`; empty for the root.
    public var name: String
    /// Full path: `/soc/bus@ff800000/serial@3000`; `/` for the root.
    public var path: String
    /// Position in the tree's `nodes`.
    public var index: Int
    /// Index of the parent; nil for the root.
    public var parent: Int?
    /// Indices of the children, in order.
    public var children: [Int]
    /// In order; names may repeat in a malformed tree.
    public var properties: [Property]
  }

  /// Reads a flattened tree (`.dtb`, version 17), which errors call `name`.
  public init(blob: [UInt8], name: String) throws(DeviceTreeError) {
    try self.init(nodes: flattenedNodes(of: blob, file: name), name: name)
  }

  /// Compiles device tree source, which errors call `name`, with `dtc`.
  public init(source: some Sequence<UInt8>, name: String) throws(DeviceTreeError) {
    try self.init(blob: compileDeviceTree(source: Array(source), file: name), name: name)
  }

  /// Reads a file: `.dts` and `.dtsi` through `dtc`, which must be installed, anything else as a
  /// blob.
  public static func load(_ path: String) throws(DeviceTreeError) -> DeviceTree {
    let isSource = path.hasSuffix(".dts") || path.hasSuffix(".dtsi")
    let blob = isSource ? try compileDeviceTree(path: path) : try readFile(path)
    return try DeviceTree(blob: blob, name: path)
  }

  /// Creates a tree from nodes as `FlattenedTree.swift` makes them.
  init(nodes: [Node], name: String) {
    self.name = name
    self.nodes = nodes
    var paths: [String: Int] = [:]
    var phandles: [UInt32: Int] = [:]
    for node in nodes {
      // The first duplicate counts, as in libfdt.
      if paths[node.path] == nil { paths[node.path] = node.index }
      let property = node["phandle"] ?? node["linux,phandle"]
      if let cell = property?.cell, phandles[cell] == nil { phandles[cell] = node.index }
    }
    indexByPath = paths
    indexByPhandle = phandles
  }

  /// The node `/`; every tree has one.
  public var root: Node { nodes[0] }

  /// The node above; nil for the root.
  public func parent(of node: Node) -> Node? { node.parent.map { nodes[$0] } }
  /// The nodes directly below, in order.
  public func children(of node: Node) -> [Node] { node.children.map { nodes[$0] } }

  func node(exactly path: String) -> Node? { indexByPath[path].map { nodes[$0] } }

  /// The node that a phandle cell refers to.
  public func node(phandle: UInt32) -> Node? { indexByPhandle[phandle].map { nodes[$0] } }

  func error(_ problem: DeviceTreeError.Problem, at node: Node? = nil) -> DeviceTreeError {
    DeviceTreeError(file: name, node: node?.path, problem)
  }
}
