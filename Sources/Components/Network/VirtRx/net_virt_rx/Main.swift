// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import IndexSets
import Microkit
import NetworkComponents
import NetworkWiring
import Records
import Rings
import Wiring

enum Needs {
  // SystemBuilder.stackNeeds has the same number.
  @section(".serval_stack_needs") @used static let stack: UInt64 = 65_536
}

@main enum Main {
  static func main() { run(NetVirtRxProgram(NetVirtRxConfig.linked())) }
}

struct NetVirtRxProgram: ProtectionDomain, ~Copyable {
  private typealias Config = NetVirtRxConfig

  private var virtualiser: NetVirtRx<MappedMemory>
  private let driver: Channel

  init(_ config: LinkedRecord<NetVirtRxConfig>) {
    let connection = config[Config.driver]
    let data = config[Config.data]
    guard let rings = connection.rings else {
      fatal(".net_virt_rx_config: driver has no queues; rerun serval generate")
    }
    guard let memory = data.region.memory, let notes = config[Config.bufferMetadata].shared,
      let holders = SharedWords(notes)
    else {
      fatal(
        ".net_virt_rx_config: data or bufferMetadata is missing or misaligned; rerun serval generate"
      )
    }
    virtualiser = NetVirtRx(
      driver: rings, memory: memory, ioAddress: data.ioAddress,
      bufferCount: Int(connection.bufferCount), holders: holders)
    driver = connection.channel
    if virtualiser.bufferCount != Int(connection.bufferCount) {
      fatal(
        ".net_virt_rx_config: data or bufferMetadata is too small for driver.bufferCount buffers")
    }
    // All domains of the network begin again together, copiers after this one: none uses these queues.
    let isReset = restarts > 0 && Supervision().isThere
    for index in 0..<config.count(of: Config.clients, Config.clientCount) {
      let entry = Config.clients[index]
      let client = config[entry / NetVirtRxClient.connection]
      let channel = Int(client.channel.id)
      if isReset { client.rings?.reset() }
      guard let rings = client.rings, virtualiser.addClient(rings, channel: channel) else {
        fatal(
          ".net_virt_rx_config: a client has no queues, or another's channel; rerun serval generate"
        )
      }
      for number in 0..<min(Int(config[entry / NetVirtRxClient.macCount]), 64) {
        let address = config[entry / NetVirtRxClient.macAddresses[number]].wireValue
        guard virtualiser.addAddress(address, client: channel) else {
          fatal(
            ".net_virt_rx_config, clients: more than 256 MAC addresses in all; give clients fewer")
        }
      }
    }
    notify(virtualiser.start())
  }

  mutating func notified(_ channels: ChannelSet) {
    var actions = virtualiser.serve(clients: channels, driver: channels.contains(driver))
    while actions.isUnfinished {
      notify(actions)
      yieldTurn()
      actions = virtualiser.serve(clients: IndexSet64(), driver: true)
    }
    notify(actions)
  }

  /// The driver is notified last: that signal goes out with the next receive, in one entry to the kernel.
  @inline(never) private mutating func notify(_ actions: NetVirtRx<MappedMemory>.Actions) {
    actions.notifyClients.notifyDeferred()
    if actions.notifyDriver { driver.notifyDeferred() }
  }
}
