// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Devicetree Specification 0.4, 2.4.3: `interrupt-map` and `interrupt-map-mask`, as buses such as
// PCI have them. Entries: child unit address, child specifier, phandle of the parent, parent unit
// address, parent specifier.

extension DeviceTree {
  /// The entry of the nexus for an interrupt that is there.
  ///
  /// - Throws: if no entry matches, or if one before it is malformed.
  func mapped(
    _ interrupt: InterruptSpecifier, through nexus: Node
  ) throws(DeviceTreeError) -> InterruptSpecifier {
    let width = try interruptCells(of: nexus)
    guard interrupt.cells.count == width else { throw error(.noInterruptCells, at: nexus) }
    let addressWidth = try nexusAddressCells(of: nexus)
    var key = Array(interrupt.unitAddress.prefix(addressWidth))
    key += [UInt32](repeating: 0, count: addressWidth - key.count) + interrupt.cells
    let mask = try mapMask(of: nexus, count: key.count)
    var rest = try cells(of: "interrupt-map", at: nexus, unit: 1)[...]
    let isTable = nexus.isExternalInterruptTable
    while !rest.isEmpty {
      var (child, parent) = try nextMapEntry(
        &rest, childCells: key.count, of: nexus)
      guard zip(zip(child, key), mask).allSatisfy({ ($0.0 ^ $0.1) & $1 == 0 }) else { continue }
      if isTable, let flags = interrupt.cells.last, parent.cells.count == 3 {
        parent.cells[2] = flags
      }
      return parent
    }
    throw error(.notInMap(key, nexus: nexus.path), at: nil)
  }

  /// Where the entries of `interrupt-map` lead, each place once; empty without the property.
  func mapTargets(of nexus: Node) -> [Result<InterruptSpecifier, DeviceTreeError>] {
    guard nexus["interrupt-map"] != nil else { return [] }
    var result: [Result<InterruptSpecifier, DeviceTreeError>] = []
    var seen: Set<InterruptSpecifier> = []
    do throws(DeviceTreeError) {
      let childCells = try nexusAddressCells(of: nexus) + interruptCells(of: nexus)
      var rest = try cells(of: "interrupt-map", at: nexus, unit: 1)[...]
      while !rest.isEmpty {
        let (_, parent) = try nextMapEntry(&rest, childCells: childCells, of: nexus)
        if seen.insert(parent).inserted { result.append(.success(parent)) }
      }
    } catch {
      result.append(.failure(error))
    }
    return result
  }

  /// Removes an entry from the front of the map.
  private func nextMapEntry(
    _ rest: inout ArraySlice<UInt32>, childCells: Int, of nexus: Node
  ) throws(DeviceTreeError) -> (child: ArraySlice<UInt32>, parent: InterruptSpecifier) {
    let entry = rest
    guard entry.count > childCells else { throw error(.mapCutShort, at: nexus) }
    let phandle = entry[entry.startIndex + childCells]
    guard let parent = node(phandle: phandle) else {
      throw error(.noSuchPhandle(phandle, property: "interrupt-map"), at: nexus)
    }
    // Not 2, the default elsewhere: controllers without children leave it out.
    let addressCells =
      nexus.isExternalInterruptTable || parent["#address-cells"] == nil
      ? 0 : try self.addressCells(of: parent)
    let width = try interruptCells(of: parent)
    let tail = entry.dropFirst(childCells + 1)
    guard tail.count >= addressCells + width else { throw error(.mapCutShort, at: nexus) }
    rest = tail.dropFirst(addressCells + width)
    return (
      entry.prefix(childCells),
      InterruptSpecifier(
        domain: parent.index, cells: Array(tail.dropFirst(addressCells).prefix(width)),
        unitAddress: Array(tail.prefix(addressCells)))
    )
  }

  /// Which bits of address and specifier count: all of them without the property.
  private func mapMask(of nexus: Node, count: Int) throws(DeviceTreeError) -> [UInt32] {
    guard let property = nexus["interrupt-map-mask"] else {
      return [UInt32](repeating: .max, count: count)
    }
    guard let cells = property.cells, cells.count >= count else {
      throw error(
        .badLength(property: property.name, byteCount: property.bytes.count, unit: count * 4),
        at: nexus)
    }
    return cells
  }

  /// Cells in the addresses of the nexus's children. Trees leave them out where an ancestor has
  /// them, and Linux looks there.
  private func nexusAddressCells(of nexus: Node) throws(DeviceTreeError) -> Int {
    var current: Node? = nexus
    while let here = current {
      if here["#address-cells"] != nil { return try addressCells(of: here) }
      current = parent(of: here)
    }
    return 2
  }
}

extension DeviceTree.Node {
  /// Whether the node's `interrupt-map` is a table of a controller's own lines, without addresses
  /// of parents. Such controllers invert a line if they must, so the device's flags count.
  fileprivate var isExternalInterruptTable: Bool {
    !externalInterruptTables.isDisjoint(with: compatible)
  }
}

private let externalInterruptTables: Set<String> = [
  "fsl,ls1021a-extirq", "fsl,ls1043a-extirq", "fsl,ls1088a-extirq", "renesas,rza1-irqc",
]
