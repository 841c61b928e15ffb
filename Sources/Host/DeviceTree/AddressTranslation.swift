// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// `reg` and `ranges`: Devicetree Specification 2.3.5, 2.3.6 and 2.3.8. Bus addresses have 128 bits,
// because a bus may have up to four address cells (PCI has three).

extension DeviceTree {
  /// The entries of the node's `reg`, translated to CPU addresses; empty if it has none.
  ///
  /// An entry fails on its own if the CPU cannot address it; `reg` fails as a whole if it is
  /// malformed.
  public func registers(of node: Node) -> [Result<RegisterRange, DeviceTreeError>] {
    guard let bus = parent(of: node), node["reg"] != nil else { return [] }
    do throws(DeviceTreeError) {
      let shape = [try addressCells(of: bus), try sizeCells(of: bus)]
      return try entries(of: "reg", at: node, shape: shape).map { entry in
        Result { () throws(DeviceTreeError) in
          try range(at: entry[0], size: entry[1], of: node, on: bus)
        }
      }
    } catch {
      return [.failure(error)]
    }
  }

  private func range(
    at address: UInt128, size: UInt128, of node: Node, on bus: Node
  ) throws(DeviceTreeError) -> RegisterRange {
    guard let address = UInt64(exactly: try cpuAddress(address, of: node, on: bus)),
      let size = UInt64(exactly: size),
      size == 0 || !address.addingReportingOverflow(size - 1).overflow
    else { throw error(.addressTooLarge(property: "reg"), at: node) }
    return RegisterRange(address: address, size: size)
  }

  /// The ranges of all enabled memory nodes, in the tree's order.
  public func memory() throws(DeviceTreeError) -> [RegisterRange] {
    var result: [RegisterRange] = []
    for node in memoryNodes {
      for range in registers(of: node) { result.append(try range.get()) }
    }
    return result
  }

  /// Enabled nodes that describe RAM.
  public var memoryNodes: [Node] {
    nodes.filter { $0["device_type"]?.string == "memory" && isEnabled($0) }
  }

  private func cpuAddress(
    _ address: UInt128, of node: Node, on bus: Node
  ) throws(DeviceTreeError) -> UInt128 {
    var address = address
    var bus = bus
    while let above = parent(of: bus) {
      guard let ranges = bus["ranges"] else { throw try unreachable(address, of: node, on: bus) }
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
    let key = bus.isPCI ? pciKey(address) : address
    for window in try entries(of: "ranges", at: bus, shape: shape) {
      let first = bus.isPCI ? pciKey(window[0]) : window[0]
      let (offset, below) = key.subtractingReportingOverflow(first)
      if below || offset >= window[2] { continue }
      let (sum, overflow) = window[1].addingReportingOverflow(offset)
      guard !overflow else { throw error(.addressTooLarge(property: "ranges"), at: bus) }
      return sum
    }
    throw try unreachable(address, of: node, on: bus)
  }

  /// Why the CPU cannot address this.
  private func unreachable(
    _ address: UInt128, of node: Node, on bus: Node
  ) throws(DeviceTreeError) -> DeviceTreeError {
    let low = UInt64(truncatingIfNeeded: address)
    if bus.isPCI, pciKey(address) >> 64 == 0 {
      return error(.configurationSpace(bus: bus.path), at: node)
    }
    // Addresses of CPUs, and of devices on I2C and the like, have no size.
    if bus["ranges"] == nil, try sizeCells(of: bus) == 0 {
      return error(.notMemoryMapped(address: low, bus: bus.path), at: node)
    }
    return error(.untranslatable(address: low, bus: bus.path), at: node)
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

extension DeviceTree.Node {
  /// Whether addresses on this bus are PCI's, which have three cells.
  fileprivate var isPCI: Bool {
    guard let type = self["device_type"]?.string else { return baseName == "pcie" }
    return type == "pci" || type == "pciex"
  }
}

/// What counts of a PCI address: the space, with 32-bit and 64-bit memory as one, and the 64-bit
/// offset (PCI bus binding 2.2.1.1).
private func pciKey(_ address: UInt128) -> UInt128 {
  let space = address >> 64 & 0x0300_0000
  return min(space, 0x0200_0000) << 64 | UInt128(UInt64(truncatingIfNeeded: address))
}
