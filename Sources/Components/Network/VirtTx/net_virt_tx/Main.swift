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
  static func main() { run(NetVirtTxProgram(NetVirtTxConfig.linked())) }
}

struct NetVirtTxProgram: ProtectionDomain, ~Copyable {
  private typealias Config = NetVirtTxConfig

  private var virtualiser: NetVirtTx<MappedMemory>
  private let driver: Channel

  init(_ config: LinkedRecord<NetVirtTxConfig>) {
    let connection = config[Config.driver]
    guard let rings = connection.rings else {
      fatal(".net_virt_tx_config: driver has no queues; rerun serval generate")
    }
    driver = connection.channel
    virtualiser = NetVirtTx(driver: rings)
    for index in 0..<config.count(of: Config.clients, Config.clientCount) {
      let entry = Config.clients[index]
      let client = config[entry / NetVirtTxClient.connection]
      let channel = Int(client.channel.id)
      guard let rings = client.rings, virtualiser.addClient(rings, channel: channel) else {
        fatal(
          ".net_virt_tx_config: a client has no queues, or another's channel; rerun serval generate"
        )
      }
      for number in 0..<min(Int(config[entry / NetVirtTxClient.regionCount]), 64) {
        let region = entry / NetVirtTxClient.regions[number]
        let data = config[region / NetVirtTxDataRegion.data]
        guard let memory = data.region.memory,
          virtualiser.addRegion(
            memory, ioAddress: data.ioAddress,
            bufferCount: Int(config[region / NetVirtTxDataRegion.bufferCount]), client: channel,
            owner: number)
        else {
          fatal(
            ".net_virt_tx_config: a client's region is too small, or over 64 regions or 32768 buffers in all"
          )
        }
      }
    }
    carryOut(virtualiser.start())
  }

  mutating func notified(_ channels: ChannelSet) {
    carryOut(virtualiser.serve(clients: channels))
  }

  /// Notifies peers, and serves in further rounds while clients have more to send than one round takes. Domains of the
  /// same priority run in between.
  private mutating func carryOut(_ first: NetVirtTx<MappedMemory>.Actions) {
    var actions = first
    while actions.isUnfinished {
      notify(actions)
      yieldTurn()
      actions = virtualiser.serve(clients: IndexSet64())
    }
    notify(actions)
  }

  /// The driver is notified last: that signal goes out with the next receive, in one entry to the kernel.
  @inline(never) private mutating func notify(_ actions: NetVirtTx<MappedMemory>.Actions) {
    actions.notifyClients.notifyDeferred()
    if actions.notifyDriver { driver.notifyDeferred() }
  }
}
