// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Microkit
import NetworkStack
import Records
import Wire

extension Network {
  /// Gets the address that the record says: a fixed one, or by DHCP.
  mutating func configure(_ config: LinkedRecord<IPClientConfig>) {
    typealias Config = IPClientConfig
    let nameServer = config[Config.nameServer]
    if nameServer != 0 { stack.setResolvers(IPv4Address(nameServer)) }
    guard config[Config.addressing] != 0 else {
      let wanted = config[Config.address]
      return stack.startDHCP(wanted: wanted == 0 ? nil : IPv4Address(wanted), now: now)
    }
    guard
      let network = IPv4Network(
        address: IPv4Address(config[Config.address]), prefixLength: config[Config.prefixLength]),
      network.address.isHost
    else { fatal("the record's address is no host's") }
    let gateway = config[Config.gateway]
    stack.setAddress(network, gateway: gateway == 0 ? nil : IPv4Address(gateway))
  }
}

extension HostName {
  /// The name in a client's record.
  init(_ config: LinkedRecord<IPClientConfig>) {
    self.init()
    for index in 0..<config.length(of: IPClientConfig.hostName) {
      append(config.byte(index, of: IPClientConfig.hostName))
    }
  }
}
