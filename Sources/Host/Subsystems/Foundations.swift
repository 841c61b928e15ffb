// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

// Who runs when, and for how long: docs/adr/0010 has the reasons, and what was measured.
extension SystemBuilder {
  /// The priority of the clients of the network and the console, and of whoever serves them: nobody stands above those
  /// that he works for.
  public static let sharedPriority: Priority = 95

  /// How long a domain of `sharedPriority` runs before the next one has its turn, where both have something to do. As it is
  /// the period, too, nobody has to wait for time that he has used.
  public static let turn: Microseconds = 1000

  /// What a client has of each `turn`. The rest is for others also where it spends all of its time in the timer driver,
  /// which runs on its callers' time and is above all: turns that end there only take turns with each other.
  public static let clientBudget: Microseconds = 900

  /// A turn of a second, for whoever shares his priority with nobody: longer than anyone has to do.
  public static let wholeTurn: Microseconds = 1_000_000

  /// The timer driver.
  public mutating func addTimer() throws -> TimerSubsystem {
    let driver = try add(
      "timer_driver", sourceImage: driver(for: .timer).image, priority: 101, passive: true)
    return TimerSubsystem(driver: driver)
  }

  /// The serial driver and its transmit virtualiser, and where `withInput` the receive virtualiser.
  public mutating func addSerial(withInput: Bool = false) throws -> SerialSubsystem {
    let driver = try add(
      "serial_driver", sourceImage: driver(for: .serial).image, priority: Self.sharedPriority,
      budget: Self.turn)
    let virtTx = try add(
      "serial_virt_tx", sourceImage: "serial_virt_tx.elf", priority: Self.sharedPriority,
      budget: Self.turn)
    let virtRx =
      withInput
      ? try add(
        "serial_virt_rx", sourceImage: "serial_virt_rx.elf", priority: Self.sharedPriority,
        budget: Self.turn)
      : nil
    return SerialSubsystem(driver: driver, virtTx: virtTx, virtRx: virtRx)
  }

  /// The ethernet driver and the network virtualisers, which keep the state of 64 clients on their stacks. The driver is
  /// above all: it does no more than it has been given buffers for by those below.
  public mutating func addNetwork() throws -> NetworkSubsystem {
    let driver = try add(
      "ethernet_driver", sourceImage: driver(for: .ethernet).image, priority: 101,
      budget: Self.wholeTurn)
    let virtTx = try add(
      "net_virt_tx", sourceImage: "net_virt_tx.elf", priority: Self.sharedPriority,
      budget: Self.turn, stackSize: NetworkSubsystem.virtualiserStackSize)
    let virtRx = try add(
      "net_virt_rx", sourceImage: "net_virt_rx.elf", priority: Self.sharedPriority,
      budget: Self.turn, stackSize: NetworkSubsystem.virtualiserStackSize)
    return NetworkSubsystem(driver: driver, virtTx: virtTx, virtRx: virtRx)
  }

  /// A network client's copier.
  public mutating func addCopier(for client: PD) throws -> PD {
    try add(
      "\(client.name)_net_copier", sourceImage: "net_copier.elf",
      priority: Self.sharedPriority, budget: Self.turn)
  }

  /// Below everybody: sleeps where the kernel's own idle thread would be woken by the end of its turn each 5 ms.
  public mutating func addIdle() throws {
    _ = try add("idle", sourceImage: "idle.elf", priority: 0, budget: Self.wholeTurn)
  }
}
