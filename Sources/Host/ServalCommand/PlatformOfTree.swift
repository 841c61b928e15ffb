// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree
import SystemModel

extension DeviceTree {
  /// What the tree tells about addresses and interrupts.
  var platform: Platform {
    var registers: [Platform.NamedRange] = []
    var interrupts: [IRQNumber: Platform.InterruptLine] = [:]
    for device in devices {
      // A bus's range is that of the devices on it.
      if !device.compatible.contains("simple-bus") {
        registers += device.addresses.map { .init($0, device.name) }
      }
      for case .success(let line) in device.interrupts {
        let number = IRQNumber(line.number)
        let trigger: Interrupt.Trigger = line.trigger == .edge ? .edge : .level
        if let other = interrupts[number], other.trigger != trigger {
          interrupts[number]?.trigger = nil
        } else if interrupts[number] == nil {
          interrupts[number] = .init(trigger, device: device.path)
        }
      }
    }
    let memory = ((try? memory()) ?? []).compactMap(\.addresses)
    return Platform(ram: memory, deviceRegisters: registers, interrupts: interrupts)
  }
}

extension DeviceTree {
  /// The architecture of its processors; nil if it does not tell.
  var architecture: Target.Architecture? {
    for node in nodes where node["device_type"]?.string == "cpu" {
      if node["riscv,isa"] != nil || node["riscv,isa-base"] != nil { return .riscv64 }
      if node.compatible.contains(where: { $0.hasPrefix("arm,") }) { return .aarch64 }
    }
    return nil
  }
}

extension Platform {
  /// The same with what a device tree tells.
  func adding(_ tree: Platform) -> Platform {
    var all = self
    all.ram += tree.ram
    all.deviceRegisters += tree.deviceRegisters
    all.interrupts.merge(tree.interrupts) { _, new in new }
    return all
  }
}

extension Device {
  /// Its registers' addresses, as far as the tree tells them.
  fileprivate var addresses: [Range<UInt64>] {
    ((try? registers.get()) ?? []).compactMap(\.addresses)
  }
}

extension RegisterRange {
  /// Nil if empty, or up to the very end of the address space.
  fileprivate var addresses: Range<UInt64>? {
    let (end, overflow) = address.addingReportingOverflow(size)
    return overflow || size == 0 ? nil : address..<end
  }
}
