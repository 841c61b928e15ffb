// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// The timer: a passive driver that clients call for the time and for timeouts.
public struct TimerSubsystem {
  /// A protection domain of the builder.
  public typealias PD = SystemBuilder.PD

  /// The timer's driver.
  public let driver: PD
  /// In the order of addition.
  public private(set) var clients: [PD] = []

  /// Creates a subsystem; nothing is laid out before `connect`.
  public init(driver: PD) { self.driver = driver }

  /// Adds a client, which must be less urgent than the driver.
  ///
  /// - Throws: `duplicateClient`.
  public mutating func addClient(_ client: PD) throws(SubsystemError) {
    if clients.contains(client) {
      throw .duplicateClient(subsystem: "timer", client: client.name)
    }
    clients.append(client)
  }

  /// Makes the driver passive and adds the channels and records of all clients.
  ///
  /// - Throws: `SubsystemError`, or an error of the board or its device tree.
  public func connect(in system: inout SystemBuilder) throws {
    if clients.isEmpty { throw SubsystemError.noClients(subsystem: "timer") }
    system.makePassive(driver)
    _ = try system.attach(.timer, to: driver)
    for client in clients {
      let ids = try system.connect(server: driver, client: client, .protectedCalls)
      var record = RecordBytes<TimerClientConfig>()
      record[TimerClientConfig.driverID] = ids.client.rawValue
      try system.addRecord(record, fileName: "timer_client_\(client.name)", to: client)
    }
  }
}
