// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// Random numbers: a passive driver that clients call for seeds.
public struct EntropySubsystem {
  /// A protection domain of the builder.
  public typealias PD = SystemBuilder.PD

  /// The generator's driver, which is the service.
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
      throw .duplicateClient(subsystem: "entropy", client: client.name)
    }
    clients.append(client)
  }

  /// Makes the driver passive and adds the channels and records of all clients.
  ///
  /// - Throws: `SubsystemError`, or an error of the board or its device tree.
  public func connect(in system: inout SystemBuilder) throws {
    if clients.isEmpty { throw SubsystemError.noClients(subsystem: "entropy") }
    system.makePassive(driver)
    _ = try system.attach(.entropy, to: driver)
    for client in clients {
      let ids = try system.connect(server: driver, client: client, .protectedCalls)
      var record = RecordBytes<EntropyClientConfig>()
      record[EntropyClientConfig.size] = UInt32(EntropyClientConfig.byteCount)
      record[EntropyClientConfig.serverID] = ids.client.rawValue
      try system.addRecord(record, fileName: "entropy_client_\(client.name)", to: client)
    }
  }
}
