// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

// The domains that most systems have, with their priorities and budgets; docs/adr/0010 has reasons
// and measurements.
extension SystemBuilder {
  /// Priority of the clients of network and console, and of the domains that serve them: no server
  /// is more urgent than its clients.
  public static let sharedPriority: Priority = 95

  /// Budget and period of domains with `sharedPriority`: the time after which a busy domain yields
  /// to the next one. As both are the same, no domain has to wait for its budget to be refilled.
  public static let turn: Microseconds = 1000

  /// A client's budget in each `turn`. The rest goes to other domains even if the client spends all
  /// its time in the timer driver, which is more urgent and runs on its callers' time: turns that
  /// end there only alternate with each other.
  public static let clientBudget: Microseconds = 900

  /// Priority of the domain that signs for a server with TLS: above the server, which calls it, and below the service of random numbers.
  public static let signerPriority: Priority = 96

  /// Priority of the service of random numbers: above all its clients, and below the drivers.
  public static let entropyPriority: Priority = 97

  /// Budget of domains that share their priority with no other: a second, longer than they are ever
  /// busy.
  public static let wholeTurn: Microseconds = 1_000_000

  /// Adds the timer driver.
  public mutating func addTimer() throws -> TimerSubsystem {
    let driver = try add(
      "timer_driver", sourceImage: driver(for: .timer).image, priority: 101, passive: true)
    return TimerSubsystem(driver: driver)
  }

  /// Adds the serial driver and its transmit virtualiser, and the receive virtualiser if
  /// `withInput`.
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

  /// Adds the Ethernet driver and the network virtualisers, which keep the state of 64 clients on
  /// their stacks. The driver is the most urgent domain: its work is limited by the buffers that
  /// the others give it.
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

  /// Adds the driver of the board's generator of random numbers, which serves them to clients. It is more urgent than its
  /// clients, so that they can call it, and less than the Ethernet driver; after its start it runs on its callers' time.
  ///
  /// - Returns: nil if the board has no generator that a driver knows.
  public mutating func addEntropy() throws -> EntropySubsystem? {
    guard let description = try? driver(for: .entropy) else { return nil }
    let driver = try add(
      "entropy", sourceImage: description.image, priority: Self.entropyPriority, passive: true)
    return EntropySubsystem(driver: driver)
  }

  /// Adds the copier of a network client.
  public mutating func addCopier(for client: PD) throws -> PD {
    try add(
      "\(client.name)_net_copier", sourceImage: "net_copier.elf",
      priority: Self.sharedPriority, budget: Self.turn)
  }

  /// Adds the least urgent domain, which sleeps when nothing else runs. The kernel's idle thread,
  /// which it replaces, would wake every 5 ms, at the end of its time slice.
  @discardableResult public mutating func addIdle() throws -> PD {
    try add("idle", sourceImage: "idle.elf", priority: 0, budget: Self.wholeTurn)
  }
}
