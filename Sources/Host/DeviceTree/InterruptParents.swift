// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Devicetree Specification 0.4, 2.4: what the tree says of interrupts whatever controllers it has.

/// An interrupt on its way: at a controller or nexus, in that node's cells.
struct InterruptSpecifier: Hashable {
  /// Whose cells they are: index of the node.
  var domain: Int
  /// As many as the domain's `#interrupt-cells`.
  var cells: [UInt32]
  /// Address of whatever raises it, as the domain's children have it in `reg`.
  var unitAddress: [UInt32]
}

extension DeviceTree {
  /// Entries of the node's `interrupts-extended`, or else of its `interrupts`.
  func interruptSpecifiers(
    of node: Node
  ) -> [Result<InterruptSpecifier, DeviceTreeError>] {
    if node["interrupts-extended"] != nil { return extendedSpecifiers(of: node) }
    guard node["interrupts"] != nil else { return [] }
    do throws(DeviceTreeError) {
      let domain = try interruptParent(of: node)
      let width = try interruptCells(of: domain)
      guard width > 0 else { throw error(.messagesOnly(controller: domain.path), at: node) }
      let cells = try cells(of: "interrupts", at: node, unit: width)
      let address = unitAddress(of: node)
      return stride(from: 0, to: cells.count, by: width).map { start in
        .success(
          InterruptSpecifier(
            domain: domain.index, cells: Array(cells[start..<start + width]), unitAddress: address))
      }
    } catch {
      return [.failure(error)]
    }
  }

  /// `interrupts-extended`: pairs of a controller's phandle and a specifier of that controller's
  /// width. A phandle of 0 stands alone and keeps a place empty.
  private func extendedSpecifiers(
    of node: Node
  ) -> [Result<InterruptSpecifier, DeviceTreeError>] {
    let property = "interrupts-extended"
    var result: [Result<InterruptSpecifier, DeviceTreeError>] = []
    let address = unitAddress(of: node)
    do throws(DeviceTreeError) {
      var rest = try cells(of: property, at: node, unit: 1)[...]
      while let phandle = rest.popFirst() {
        if phandle == 0 {
          result.append(.failure(error(.unusedInterrupt, at: node)))
          continue
        }
        guard let domain = self.node(phandle: phandle) else {
          throw error(.noSuchPhandle(phandle, property: property), at: node)
        }
        let width = try interruptCells(of: domain)
        guard rest.count >= width else {
          throw error(
            .badLength(
              property: property, byteCount: node[property]?.bytes.count ?? 0, unit: width * 4 + 4),
            at: node)
        }
        result.append(
          .success(
            InterruptSpecifier(
              domain: domain.index, cells: Array(rest.prefix(width)), unitAddress: address)))
        rest = rest.dropFirst(width)
      }
    } catch {
      result.append(.failure(error))
    }
    return result
  }

  /// The controller or nexus of a node's interrupts: follows `interrupt-parent`, or the parent
  /// where a node has none, until a node has `#interrupt-cells`.
  ///
  /// - Throws: also if the parents lead back to where they have been.
  func interruptParent(of node: Node) throws(DeviceTreeError) -> Node {
    var current = node
    // A valid tree needs at most two steps per level.
    for _ in 0..<2 * Bounds.depth {
      let next: Node?
      if let property = current["interrupt-parent"] {
        guard let phandle = property.cell else {
          let problem = DeviceTreeError.Problem.badLength(
            property: property.name, byteCount: property.bytes.count, unit: 4)
          throw error(problem, at: current)
        }
        next = self.node(phandle: phandle)
        if next == nil {
          throw error(.noSuchPhandle(phandle, property: property.name), at: current)
        }
      } else {
        next = parent(of: current)
      }
      guard let next else { throw error(.noInterruptParent, at: node) }
      if next["#interrupt-cells"] != nil { return next }
      current = next
    }
    throw error(.interruptLoop, at: node)
  }

  /// Cells in a specifier of the controller or nexus.
  ///
  /// - Throws: if `#interrupt-cells` is missing, malformed or above 4.
  func interruptCells(of controller: Node) throws(DeviceTreeError) -> Int {
    guard let property = controller["#interrupt-cells"], let value = property.cell else {
      throw error(.noInterruptCells, at: controller)
    }
    guard value <= 4 else {
      throw error(.badCellCount(property: property.name, value: value, maximum: 4), at: controller)
    }
    return Int(value)
  }

  /// A property as cells, of which there must be a multiple of `unit`.
  func cells(
    of property: String, at node: Node, unit: Int
  ) throws(DeviceTreeError) -> [UInt32] {
    let value = node[property]
    guard let cells = value?.cells, cells.count.isMultiple(of: unit) else {
      let problem = DeviceTreeError.Problem.badLength(
        property: property, byteCount: value?.bytes.count ?? 0, unit: unit * 4)
      throw error(problem, at: node)
    }
    guard cells.count <= Bounds.cells else { throw error(.exceeds(.cells, Bounds.cells), at: node) }
    return cells
  }

  /// The first cells of `reg`, of which a nexus compares as many as its addresses have.
  private func unitAddress(of node: Node) -> [UInt32] {
    guard let reg = node["reg"] else { return [] }
    return stride(from: 0, to: min(reg.bytes.count & ~3, 16), by: 4).map { start in
      reg.bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
  }
}
