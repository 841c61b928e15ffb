// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// The timer: a passive driver that its clients call for the time and for timeouts.
public struct TimerSubsystem {
  public typealias PD = SystemBuilder.PD

  public let driver: PD
  public private(set) var clients: [PD] = []

  public init(driver: PD) { self.driver = driver }

  /// Adds a client, which must be less urgent than the driver.
  public mutating func addClient(_ client: PD) throws(SubsystemError) {
    if clients.contains(client) {
      throw .duplicateClient(subsystem: "timer", client: client.name)
    }
    clients.append(client)
  }

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
