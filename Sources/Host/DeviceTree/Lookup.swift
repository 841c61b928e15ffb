// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

extension DeviceTree {
  /// The node at a full path, or at a path that starts with an alias: `serial0`, `soc/serial@3000`.
  ///
  /// A component without its unit address names the first such child.
  ///
  /// - Throws: `noSuchNode`, with the nearest path.
  public func node(at path: String) throws(DeviceTreeError) -> Node {
    if let node = find(path) { return node }
    throw error(.noSuchNode(path, nearest: nearestPath(to: path)))
  }

  /// Like `node(at:)`, but nil if there is none.
  public func find(_ path: String) -> Node? {
    if path.hasPrefix("/") { return walk(path) }
    let alias = path.prefix { $0 != "/" }
    return aliases[String(alias)].flatMap { walk($0 + path.dropFirst(alias.count)) }
  }

  /// Paths by alias: `/pl011@9000000` for `serial0`.
  public var aliases: [String: String] {
    guard let node = node(exactly: "/aliases") else { return [:] }
    let pairs = node.properties.compactMap { property in
      property.string.map { (property.name, $0) }
    }
    return Dictionary(pairs) { first, _ in first }
  }

  /// The console: the node in `stdout-path` of `/chosen`, and the options after its colon
  /// (`115200n8`); nil if the tree names none.
  public func standardOutput() throws(DeviceTreeError) -> (node: Node, options: String?)? {
    let chosen = node(exactly: "/chosen")
    guard let text = (chosen?["stdout-path"] ?? chosen?["linux,stdout-path"])?.string else {
      return nil
    }
    let path = text.prefix { $0 != ":" }
    let options = path.endIndex == text.endIndex ? nil : String(text[path.endIndex...].dropFirst())
    return (try node(at: String(path)), options)
  }

  /// Every enabled device with any of `names` among its `compatible` strings, in the tree's order.
  public func devices(compatibleWith names: [String]) -> [Device] {
    nodes.filter { node in
      node.compatible.contains(where: names.contains) && isEnabled(node)
    }.map(device)
  }

  private func walk(_ path: String) -> Node? {
    if let node = node(exactly: path) { return node }
    var current = root
    for component in path.split(separator: "/") {
      let next = current.children.first { nodes[$0].name == component }
      let loose =
        component.contains("@") ? nil : current.children.first { nodes[$0].baseName == component }
      guard let index = next ?? loose else { return nil }
      current = nodes[index]
    }
    return current
  }

  private func nearestPath(to path: String) -> String? {
    // A tree may be large: skip names whose length alone rules them out.
    let length = path.utf8.count
    let slack = max(1, length / 3) + 1
    let candidates = path.hasPrefix("/") ? nodes.map(\.path) : aliases.keys.sorted()
    return nearestName(
      to: path, in: candidates.lazy.filter { abs($0.utf8.count - length) <= slack })
  }
}
