// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Microkit
import NetworkStack
import Records
import Wire

extension Network {
  /// Sets the fixed address of the record, or starts DHCP. Stops the protection domain if the address is not one that a
  /// host can have.
  mutating func configure(_ config: LinkedRecord<IPClientConfig>) {
    typealias Config = IPClientConfig
    let nameServer = config[Config.nameServer]
    if nameServer != 0 { stack.setResolvers(IPv4Address(nameServer)) }
    guard config[Config.addressing] != 0 else {
      if let formerAddress {
        return stack.startDHCP(wanted: formerAddress, isOwn: true, now: now)
      }
      let wanted = config[Config.address]
      return stack.startDHCP(wanted: wanted == 0 ? nil : IPv4Address(wanted), now: now)
    }
    guard
      let network = IPv4Network(
        address: IPv4Address(config[Config.address]), prefixLength: config[Config.prefixLength]),
      network.address.isHost
    else {
      fatal(
        ".ip_client_config, address: not a host address; correct the system and rerun serval generate"
      )
    }
    let gateway = config[Config.gateway]
    stack.setAddress(network, gateway: gateway == 0 ? nil : IPv4Address(gateway))
  }
}

extension HostName {
  /// The host name in the record of an IP client.
  init(_ config: LinkedRecord<IPClientConfig>) {
    self.init()
    for index in 0..<config.length(of: IPClientConfig.hostName) {
      append(config.byte(index, of: IPClientConfig.hostName))
    }
  }
}

extension RecordView {
  /// The bytes of a text field up to its first NUL.
  public func bytes(of text: TextField<Layout>) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<length(of: text) { bytes.append(byte(index, of: text)) }
    return bytes
  }
}

extension String {
  /// The text of a record.
  public init<let capacity: Int>(_ text: RecordText<capacity>) {
    var bytes: [UInt8] = []
    for index in 0..<text.count { bytes.append(text[index]) }
    self.init(decoding: bytes, as: UTF8.self)
  }
}
