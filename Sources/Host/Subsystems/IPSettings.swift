// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records
import SystemModel

/// How a network client gets its IP address.
public enum IPSettings: Hashable, Sendable {
  /// From a DHCP server (RFC 2131): it is told `hostName`, and asked for `requestedAddress` unless
  /// that is 0.
  case dhcp(hostName: String, requestedAddress: UInt32 = 0)
  /// Fixed. Addresses are numbers: 10.0.2.15 is 0x0a00020f, and 0 means none.
  case fixed(
    address: UInt32, prefixLength: UInt8, gateway: UInt32, nameServer: UInt32, hostName: String)

  /// Adds the record for a network client.
  ///
  /// - Throws: `invalidOption` for a prefix length above 32, `textTooLong` or `textNotPlain` for
  ///   the host name.
  public func addRecord(
    to client: SystemBuilder.PD, in system: inout SystemBuilder
  ) throws(SubsystemError) {
    typealias Config = IPClientConfig
    var record = RecordBytes<Config>()
    record[Config.size] = UInt32(Config.byteCount)
    let name: String
    switch self {
    case .dhcp(let hostName, let requestedAddress):
      record[Config.address] = requestedAddress
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
