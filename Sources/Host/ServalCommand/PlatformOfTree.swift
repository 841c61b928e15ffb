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
      for range in (try? device.registers.get()) ?? [] where range.size > 0 {
        registers.append(.init(range.address..<range.address + range.size, device.name))
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
    let memory = ((try? memory()) ?? []).filter { $0.size > 0 }.map {
      $0.address..<$0.address + $0.size
    }
    return Platform(ram: memory, deviceRegisters: registers, interrupts: interrupts)
  }
}
