// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

// Priorities are LionsOS's where receiving is not concerned; docs/adr/0010 has the reasons for the rest, and for the budgets.
extension SystemBuilder {
  /// A turn of a second: in a period of its own length no limit, and longer than anyone has to do.
  public static let wholeTurn: Microseconds = 1_000_000

  /// What a client of the network may use of the time, 95 of 100, so that one that spins leaves some to the domains that
  /// receive for all.
  public static let clientBudget: Microseconds = 950
  public static let clientPeriod: Microseconds = 1000

  /// The timer driver.
  public mutating func addTimer() throws -> TimerSubsystem {
    let driver = try add(
      "timer_driver", sourceImage: driver(for: .timer).image, priority: 101, passive: true)
    return TimerSubsystem(driver: driver)
  }

  /// The serial driver and its transmit virtualiser, and where `withInput` the receive virtualiser.
  public mutating func addSerial(withInput: Bool = false) throws -> SerialSubsystem {
    let driver = try add(
      "serial_driver", sourceImage: driver(for: .serial).image, priority: 100,
      budget: Self.wholeTurn)
    let virtTx = try add(
      "serial_virt_tx", sourceImage: "serial_virt_tx.elf", priority: 99, budget: Self.wholeTurn)
    let virtRx =
      withInput
      ? try add(
        "serial_virt_rx", sourceImage: "serial_virt_rx.elf", priority: 99, budget: Self.wholeTurn)
      : nil
    return SerialSubsystem(driver: driver, virtTx: virtTx, virtRx: virtRx)
  }

  /// The ethernet driver and the network virtualisers, which keep the state of 64 clients on their stacks.
  /// Clients belong between them: what comes in waits while they work.
  public mutating func addNetwork() throws -> NetworkSubsystem {
    let driver = try add(
      "ethernet_driver", sourceImage: driver(for: .ethernet).image, priority: 101,
      budget: Self.wholeTurn)
    let virtTx = try add(
      "net_virt_tx", sourceImage: "net_virt_tx.elf", priority: 100, budget: Self.wholeTurn,
      stackSize: .kibibytes(64))
    let virtRx = try add(
      "net_virt_rx", sourceImage: "net_virt_rx.elf", priority: 90, budget: Self.wholeTurn,
      stackSize: .kibibytes(64))
    return NetworkSubsystem(driver: driver, virtTx: virtTx, virtRx: virtRx)
  }

  /// A network client's copier.
  public mutating func addCopier(for client: PD) throws -> PD {
    try add(
      "\(client.name)_net_copier", sourceImage: "net_copier.elf", priority: 91,
      budget: Self.wholeTurn)
  }

  /// Below everybody: sleeps where the kernel's own idle thread would be woken by the end of its turn each 5 ms.
  public mutating func addIdle() throws {
    _ = try add("idle", sourceImage: "idle.elf", priority: 0, budget: Self.wholeTurn)
  }
}
