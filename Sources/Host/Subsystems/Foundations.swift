// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension SystemBuilder {
  /// The timer driver, at LionsOS's priority.
  public mutating func addTimer() throws -> TimerSubsystem {
    let driver = try add(
      "timer_driver", sourceImage: driver(for: .timer).image, priority: 101, passive: true)
    return TimerSubsystem(driver: driver)
  }

  /// The serial driver and its transmit virtualiser, and where `withInput` the receive virtualiser, at
  /// LionsOS's priorities.
  public mutating func addSerial(withInput: Bool = false) throws -> SerialSubsystem {
    let driver = try add(
      "serial_driver", sourceImage: driver(for: .serial).image, priority: 100)
    let virtTx = try add("serial_virt_tx", sourceImage: "serial_virt_tx.elf", priority: 99)
    let virtRx =
      withInput
      ? try add("serial_virt_rx", sourceImage: "serial_virt_rx.elf", priority: 99) : nil
    return SerialSubsystem(driver: driver, virtTx: virtTx, virtRx: virtRx)
  }

  /// The ethernet driver and the network virtualisers, with LionsOS's priorities and budgets. The virtualisers
  /// keep the state of 64 clients on their stacks.
  public mutating func addNetwork() throws -> NetworkSubsystem {
    let driver = try add(
      "ethernet_driver", sourceImage: driver(for: .ethernet).image, priority: 101, budget: 100,
      period: 400)
    let virtTx = try add(
      "net_virt_tx", sourceImage: "net_virt_tx.elf", priority: 100, budget: 20000,
      stackSize: .kibibytes(64))
    let virtRx = try add(
      "net_virt_rx", sourceImage: "net_virt_rx.elf", priority: 99, stackSize: .kibibytes(64))
    return NetworkSubsystem(driver: driver, virtTx: virtTx, virtRx: virtRx)
  }

  /// A network client's copier.
  public mutating func addCopier(for client: PD) throws -> PD {
    try add(
      "\(client.name)_net_copier", sourceImage: "net_copier.elf", priority: 97, budget: 20000)
  }
}
