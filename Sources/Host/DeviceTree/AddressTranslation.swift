// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// `reg` and `ranges`: Devicetree Specification 2.3.5, 2.3.6 and 2.3.8. Bus addresses have 128 bits,
// because a bus may have up to four address cells (PCI has three).

extension DeviceTree {
  /// The entries of the node's `reg`, translated to CPU addresses; empty if it has none.
  ///
  /// - Throws: if `reg` or a `ranges` above it is malformed, or if a bus in between has no
  ///   `ranges`.
  public func registers(of node: Node) throws(DeviceTreeError) -> [RegisterRange] {
    guard let parent = parent(of: node), node["reg"] != nil else { return [] }
    let shape = [try addressCells(of: parent), try sizeCells(of: parent)]
    var result: [RegisterRange] = []
    for entry in try entries(of: "reg", at: node, shape: shape) {
      let address = try cpuAddress(entry[0], of: node, on: parent)
      guard let address = UInt64(exactly: address), let size = UInt64(exactly: entry[1]),
        size == 0 || !address.addingReportingOverflow(size - 1).overflow
      else { throw error(.addressTooLarge(property: "reg"), at: node) }
      result.append(RegisterRange(address: address, size: size))
    }
    return result
  }

  /// The ranges of all enabled memory nodes, in the tree's order.
  public func memory() throws(DeviceTreeError) -> [RegisterRange] {
    var result: [RegisterRange] = []
    for node in nodes where node["device_type"]?.string == "memory" && isEnabled(node) {
      result += try registers(of: node)
    }
    return result
  }

  private func cpuAddress(
    _ address: UInt128, of node: Node, on bus: Node
  ) throws(DeviceTreeError) -> UInt128 {
    var address = address
    var bus = bus
    while let above = parent(of: bus) {
      guard let ranges = bus["ranges"] else {
        // Addresses of CPUs, and of devices on I2C and the like, have no size.
        if try sizeCells(of: bus) == 0 { throw error(.notMemoryMapped(bus: bus.path), at: node) }
        throw error(
          .untranslatable(address: UInt64(truncatingIfNeeded: address), bus: bus.path), at: node)
      }
      if !ranges.bytes.isEmpty {
        address = try translated(address, of: node, through: bus, to: above)
      }
      bus = above
    }
    return address
  }

  private func translated(
    _ address: UInt128, of node: Node, through bus: Node, to above: Node
  ) throws(DeviceTreeError) -> UInt128 {
    let shape = [
      try addressCells(of: bus), try addressCells(of: above), try sizeCells(of: bus),
    ]
    // Only the space code and the 64-bit offset of a PCI address count (PCI bus binding 2.2.1.1).
    let isPCI = bus["device_type"]?.string == "pci" || bus["device_type"]?.string == "pciex"
    let mask: UInt128 = isPCI ? 0x0300_0000 << 64 | UInt128(UInt64.max) : .max
    for window in try entries(of: "ranges", at: bus, shape: shape) {
      let (offset, below) = (address & mask).subtractingReportingOverflow(window[0] & mask)
      if below || offset >= window[2] { continue }
      let (sum, overflow) = window[1].addingReportingOverflow(offset)
      guard !overflow else { throw error(.addressTooLarge(property: "ranges"), at: bus) }
      return sum
    }
    throw error(
      .untranslatable(address: UInt64(truncatingIfNeeded: address), bus: bus.path), at: node)
  }

  /// A property as rows of numbers; `shape` gives the number of cells in each column.
  func entries(
    of property: String, at node: Node, shape: [Int]
  ) throws(DeviceTreeError) -> [[UInt128]] {
    let value = node[property]
    let unit = shape.reduce(0, +)
    guard let value, let cells = value.cells, unit > 0, cells.count.isMultiple(of: unit) else {
      let problem = DeviceTreeError.Problem.badLength(
        property: property, byteCount: value?.bytes.count ?? 0, unit: unit * 4)
      throw error(problem, at: node)
    }
    guard cells.count <= Bounds.cells else { throw error(.exceeds(.cells, Bounds.cells), at: node) }
    return stride(from: 0, to: cells.count, by: unit).map { start in
      var next = start
      return shape.map { width in
        defer { next += width }
        return cells[next..<next + width].reduce(0) { $0 << 32 | UInt128($1) }
      }
    }
  }

  /// Cells in an address on this bus: 2 without the property, which is not inherited.
  func addressCells(of bus: Node) throws(DeviceTreeError) -> Int {
    try cellCount("#address-cells", of: bus, default: 2)
  }

  /// Cells in a size on this bus: 1 without the property, which is not inherited.
  func sizeCells(of bus: Node) throws(DeviceTreeError) -> Int {
    try cellCount("#size-cells", of: bus, default: 1)
  }

  private func cellCount(
    _ property: String, of node: Node, default standard: Int
  ) throws(DeviceTreeError) -> Int {
    guard let value = node[property] else { return standard }
    guard let cell = value.cell else {
      let problem = DeviceTreeError.Problem.badLength(
        property: property, byteCount: value.bytes.count, unit: 4)
      throw error(problem, at: node)
    }
    guard cell <= 4 else {
      throw error(.badCellCount(property: property, value: cell, maximum: 4), at: node)
    }
    return Int(cell)
  }
}
