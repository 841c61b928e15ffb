// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Microkit
import NetworkComponents
import NetworkWiring
import Records
import Rings
import Wiring

@main enum Main {
  static func main() { run(NetVirtTxProgram(NetVirtTxConfig.linked())) }
}

struct NetVirtTxProgram: ProtectionDomain, ~Copyable {
  private typealias Config = NetVirtTxConfig

  private var virtualiser: NetVirtTx<MappedMemory>
  private let driver: Channel
  private var clients = ClientChannels()

  init(_ config: LinkedRecord<NetVirtTxConfig>) {
    let connection = config[Config.driver]
    guard let rings = connection.rings else { fatal("the record's driver queues are no queues") }
    driver = connection.channel
    virtualiser = NetVirtTx(driver: rings)
    for index in 0..<config.count(of: Config.clients, Config.clientCount) {
      let entry = Config.clients[index]
      let client = config[entry / NetVirtTxClient.connection]
      guard let rings = client.rings else { fatal("a client's queues in the record are no queues") }
      virtualiser.addClient(rings)
      clients.add(client.channel)
      for number in 0..<min(Int(config[entry / NetVirtTxClient.regionCount]), 64) {
        let region = entry / NetVirtTxClient.regions[number]
        let data = config[region / NetVirtTxDataRegion.data]
        guard let memory = data.region.memory,
          virtualiser.addRegion(
            memory, ioAddress: data.ioAddress,
            bufferCount: Int(config[region / NetVirtTxDataRegion.bufferCount]), client: index,
            owner: number)
        else {
          fatal("a client's memory in the record is too short, or there are too many buffers")
        }
      }
    }
    finish(virtualiser.start())
  }

  mutating func notified(_ channels: ChannelSet) {
    finish(virtualiser.ready(clients: clients.clients(in: channels)))
  }

  /// Goes on in rounds where somebody had more to send than one takes; others of our priority run in between.
  private mutating func finish(_ first: NetVirtTx<MappedMemory>.Actions) {
    var actions = first
    while actions.isUnfinished {
      notify(actions)
      yieldTurn()
      actions = virtualiser.ready(clients: ClientSet())
    }
    notify(actions)
  }

  /// The driver's signal goes with the next receive: nothing is waited for meanwhile.
  @inline(never) private mutating func notify(_ actions: NetVirtTx<MappedMemory>.Actions) {
    clients.notify(actions.notifyClients)
    if actions.notifyDriver { driver.notifyDeferred() }
  }
}
