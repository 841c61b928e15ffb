// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// How a network client gets its IP address.
public enum Addressing: Hashable, Sendable {
  /// From a DHCP server (RFC 2131), which is told `hostName`, and asked for `wanted` if it is not 0.
  case dhcp(hostName: String, wanted: UInt32 = 0)
  /// Fixed: addresses as numbers, 10.0.2.15 being 0x0a00020f; 0 where there is none.
  case fixed(
    address: UInt32, prefixLength: UInt8, gateway: UInt32, nameServer: UInt32, hostName: String)

  /// Gives a network client its record.
  public func give(
    to client: SystemBuilder.PD, in system: inout SystemBuilder
  ) throws(SubsystemError) {
    typealias Config = IPClientConfig
    var record = RecordBytes<Config>()
    record[Config.size] = UInt32(Config.byteCount)
    let name: String
    switch self {
    case .dhcp(let hostName, let wanted):
      record[Config.address] = wanted
      name = hostName
    case .fixed(let address, let prefixLength, let gateway, let nameServer, let hostName):
      guard prefixLength <= 32 else {
        throw .invalidOption(
          name: "prefix-length", value: "\(prefixLength)", expected: "a prefix length of 0 to 32")
      }
      record[Config.addressing] = 1
      record[Config.prefixLength] = prefixLength
      record[Config.address] = address
      record[Config.gateway] = gateway
      record[Config.nameServer] = nameServer
      name = hostName
    }
    try record.set(Config.hostName, to: name, what: "host name")
    try system.addRecord(record, fileName: "ip_client_\(client.name)", to: client)
  }
}
