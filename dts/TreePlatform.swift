// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree
import SystemModel

extension DeviceTree {
  /// What the tree tells of a board's addresses and interrupts: RAM, registers and interrupts of
  /// all devices, disabled ones too. What seL4 keeps for itself is not in a tree.
  ///
  /// - Parameters:
  ///   - board: chooses the devices of roles; nil for the built-in board that the tree describes.
  ///   - drivers: those that know devices of roles.
  public func platform(
    for board: Board? = nil, drivers: [DriverDescription] = DriverDescription.builtIn
  ) -> Platform {
    let board = board ?? Board.matching(self)
    func device(_ role: DeviceRole) -> Platform.NamedRange? {
      guard let device = try? board?.device(role, in: self, drivers: drivers),
        let range = device.registers.first?.addresses
      else { return nil }
      return Platform.NamedRange(range, device.path)
    }
    let ram = memoryNodes.flatMap { registers(of: $0).compactMap(\.addresses) }
    let devices = devices
    return Platform(
      ram: merged(ram), deviceRegisters: deviceRegisters(outside: merged(ram)),
      interrupts: interruptLines(of: devices), networkCard: device(.ethernet),
      randomGenerator: device(.entropy))
  }

  /// Registers of every node that has any, named by path, except where they lie in RAM, as frame
  /// buffers and reserved memory do.
  private func deviceRegisters(outside ram: [Range<UInt64>]) -> [Platform.NamedRange] {
    nodes.dropFirst().filter { !$0.isMemory && !isReservedMemory($0) }.flatMap { node in
      registers(of: node).compactMap(\.addresses)
        .filter { range in !ram.contains { $0.overlaps(range) } }
        .map { Platform.NamedRange($0, node.path) }
    }
  }

  private func isReservedMemory(_ node: Node) -> Bool {
    var current: Node? = node
    while let here = current {
      if here.path == "/reserved-memory" { return true }
      current = parent(of: here)
    }
    return false
  }

  /// The first enabled device that raises a line names it, or else the first disabled one. Where
  /// enabled devices differ on the trigger, the tree does not tell it.
  private func interruptLines(of devices: [Device]) -> [IRQNumber: Platform.InterruptLine] {
    var result: [IRQNumber: Platform.InterruptLine] = [:]
    var isEnabled: [IRQNumber: Bool] = [:]
    for device in devices {
      for interrupt in (device.interrupts + device.passedOn).compactMap({ try? $0.get() }) {
        let number = IRQNumber(interrupt.number)
        let trigger: Interrupt.Trigger? = interrupt.trigger.map { $0 == .edge ? .edge : .level }
        if let known = result[number], isEnabled[number] == true || !device.isEnabled {
          if isEnabled[number] == device.isEnabled, known.trigger != trigger {
            result[number]?.trigger = nil
          }
        } else {
          result[number] = Platform.InterruptLine(trigger, device: device.path)
          isEnabled[number] = device.isEnabled
        }
      }
    }
    return result
  }
}

extension DeviceTree.Node {
  /// Whether its `reg` is memory that holds data: RAM, on-chip memory, or what firmware put there.
  fileprivate var isMemory: Bool {
    self["device_type"]?.string == "memory"
      || !Set(compatible).isDisjoint(with: ["mmio-sram", "simple-framebuffer"])
  }
}

extension Result where Success == RegisterRange, Failure == DeviceTreeError {
  /// Its addresses; nil if there are none.
  fileprivate var addresses: Range<UInt64>? {
    guard let range = try? get(), range.size > 0 else { return nil }
    // A range that ends with the address space loses its last byte.
    let (end, overflow) = range.address.addingReportingOverflow(range.size)
    return range.address..<(overflow ? .max : end)
  }
}

/// The same addresses in ascending order, with ranges that touch made one.
private func merged(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
  var result: [Range<UInt64>] = []
  for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
    if let last = result.last, range.lowerBound <= last.upperBound {
      result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      result.append(range)
    }
  }
  return result
}
