// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Interrupt trees: Devicetree Specification 2.4; GIC specifiers: Linux's arm,gic and arm,gic-v3
// bindings.

/// `compatible` strings of controllers whose interrupt specifiers start with kind, number and
/// flags.
private let interruptControllersLikeGIC: Set<String> = [
  "arm,gic-v3", "arm,gic-400", "arm,cortex-a15-gic", "arm,cortex-a9-gic", "arm,cortex-a7-gic",
  "arm,pl390", "arm,eb11mp-gic", "arm,gic-v2", "brcm,brahma-b15-gic", "qcom,msm-qgic2",
]

extension DeviceTree {
  /// Every entry of the node's interrupts, each resolved on its own.
  ///
  /// Only lines of the GIC have numbers in seL4. Others (a GPIO controller's, or lines behind an
  /// `interrupt-map`) are failures and do not affect the rest.
  public func interrupts(of node: Node) -> [Result<DeviceInterrupt, DeviceTreeError>] {
    if node["interrupts-extended"] != nil { return extendedInterrupts(of: node) }
    guard node["interrupts"] != nil else { return [] }
    do throws(DeviceTreeError) {
      let controller = try interruptParent(of: node)
      let width = try interruptCells(of: controller)
      guard width > 0 else {
        throw error(
          .badCellCount(property: "#interrupt-cells", value: 0, maximum: 4), at: controller)
      }
      let cells = try cells(of: "interrupts", at: node, unit: width)
      return stride(from: 0, to: cells.count, by: width).map { start in
        resolve(cells[start..<start + width], on: controller, of: node)
      }
    } catch {
      return [.failure(error)]
    }
  }

  /// `interrupts-extended`: pairs of a controller's phandle and a specifier of that controller's
  /// width.
  private func extendedInterrupts(of node: Node) -> [Result<DeviceInterrupt, DeviceTreeError>] {
    let property = "interrupts-extended"
    var result: [Result<DeviceInterrupt, DeviceTreeError>] = []
    do throws(DeviceTreeError) {
      var rest = try cells(of: property, at: node, unit: 1)[...]
      while let phandle = rest.popFirst() {
        guard let controller = self.node(phandle: phandle) else {
          throw error(.noSuchPhandle(phandle, property: property), at: node)
        }
        let width = try interruptCells(of: controller)
        guard rest.count >= width else {
          throw error(
            .badLength(
              property: property, byteCount: node[property]?.bytes.count ?? 0, unit: width * 4 + 4),
            at: node)
        }
        result.append(resolve(rest.prefix(width), on: controller, of: node))
        rest = rest.dropFirst(width)
      }
    } catch {
      result.append(.failure(error))
    }
    return result
  }

  /// The controller of a node's interrupts: follows `interrupt-parent`, or the parent where a node
  /// has none, until a node has `#interrupt-cells`.
  func interruptParent(of node: Node) throws(DeviceTreeError) -> Node {
    var current = node
    // A hostile tree can contain a cycle; a valid one needs at most two steps per level.
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
      guard let next else { break }
      if next["#interrupt-cells"] != nil { return next }
      current = next
    }
    throw error(.noInterruptParent, at: node)
  }

  private func interruptCells(of controller: Node) throws(DeviceTreeError) -> Int {
    guard let property = controller["#interrupt-cells"], let value = property.cell else {
      throw error(.noInterruptCells, at: controller)
    }
    guard value <= 4 else {
      throw error(.badCellCount(property: property.name, value: value, maximum: 4), at: controller)
    }
    return Int(value)
  }

  private func cells(
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

  private func resolve(
    _ specifier: ArraySlice<UInt32>, on controller: Node, of node: Node
  ) -> Result<DeviceInterrupt, DeviceTreeError> {
    guard controller.compatible.contains(where: interruptControllersLikeGIC.contains) else {
      return .failure(error(.foreignController(controller.path), at: node))
    }
    let cells = Array(specifier)
    guard cells.count >= 3 else {
      return .failure(error(.noInterruptCells, at: controller))
    }
    guard let interrupt = DeviceInterrupt(gicKind: cells[0], number: cells[1], flags: cells[2])
    else {
      return .failure(
        error(.badInterrupt(kind: cells[0], number: cells[1], flags: cells[2]), at: node))
    }
    return .success(interrupt)
  }
}

extension DeviceInterrupt {
  /// Creates a line from the three cells of a GIC specifier; nil if a GICv2 has no such kind or
  /// number, or if the flags name no trigger.
  public init?(gicKind kind: UInt32, number: UInt32, flags: UInt32) {
    let base: UInt32
    switch kind {
    case 0 where number < 988: base = 32  // SPI: interrupt IDs 32 to 1019
    case 1 where number < 16: base = 16  // PPI: interrupt IDs 16 to 31
    default: return nil
    }
    switch flags & 0xf {
    case 1, 2: self.init(number: number + base, trigger: .edge)
    case 4, 8: self.init(number: number + base, trigger: .level)
    default: return nil
    }
  }
}
