// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Controllers between devices and the GIC whose lines correspond to the GIC's one to one.

extension DeviceTree.Node {
  /// Whether interrupts pass through the node to its own interrupt parent.
  var passesOn: Bool {
    switch ControllerKind(compatible) {
    case .wakeup, .allwinnerR, .qualcommPDC, .qualcommMPM, .uniphierAIDET: true
    case .gic, .plic, .aplic, .hart, .messages, .mesonGPIO: false
    // As in Linux, a node that has cells but controls nothing.
    case nil: self["interrupt-controller"] == nil
    }
  }
}

extension InterruptResolver {
  /// The interrupt as the controller passes it on; nil if it ends there.
  func step(
    _ interrupt: InterruptSpecifier, at controller: DeviceTree.Node, of node: DeviceTree.Node
  ) throws(DeviceTreeError) -> InterruptSpecifier? {
    guard controller.passesOn else { return nil }
    var next = interrupt
    next.cells = try passedOn(interrupt.cells, by: controller, of: node)
    next.domain = try tree.interruptParent(of: controller).index
    return next
  }

  private func passedOn(
    _ cells: [UInt32], by controller: DeviceTree.Node, of node: DeviceTree.Node
  ) throws(DeviceTreeError) -> [UInt32] {
    let spi: UInt32?
    switch ControllerKind(controller.compatible) {
    case .uniphierAIDET where cells.count == 2:
      spi = cells[0]
    case .allwinnerR where cells.count == 2:
      // The older binding has one line: the one that the controller raises itself.
      let own = controller["interrupts"]?.cells ?? []
      spi = cells[0] == 0 && own.count >= 2 && own[0] == 0 ? own[1] : nil
    case .qualcommPDC where cells.count == 2:
      // First pin, first SPI, count.
      let range = row(of: "qcom,pdc-ranges", 3, at: controller) {
        cells[0] >= $0[0] && cells[0] - $0[0] < $0[2]
      }
      spi = range.map { $0[1] &+ (cells[0] - $0[0]) }
    case .qualcommMPM where cells.count == 2:
      spi = row(of: "qcom,mpm-pin-map", 2, at: controller) { $0[0] == cells[0] }?[1]
    default:
      return cells
    }
    guard let spi else {
      throw tree.error(.notPassedOn(cells, controller: controller.path), at: node)
    }
    return [0, spi, cells[1]]
  }

  /// The first row of a property with `width` columns that `matches`.
  private func row(
    of property: String, _ width: Int, at controller: DeviceTree.Node,
    where matches: ([UInt32]) -> Bool
  ) -> [UInt32]? {
    let cells = controller[property]?.cells ?? []
    return stride(from: 0, through: cells.count - width, by: width).lazy
      .map { Array(cells[$0..<$0 + width]) }.first { matches($0) }
  }
}
