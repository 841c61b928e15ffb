// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Components
import DMA
import Microkit
import Records
import Rings
import Wiring

@main enum Main {
  static func main() { run(NetVirtRxProgram(NetVirtRxConfig.linked())) }
}

struct NetVirtRxProgram: ProtectionDomain, ~Copyable {
  private typealias Config = NetVirtRxConfig

  private var virtualiser: NetVirtRx<MappedMemory>
  private let driver: Channel
  private var clients = InlineArray<64, Channel>(repeating: Channel(.max))
  private var clientCount = 0

  init(_ config: LinkedRecord<NetVirtRxConfig>) {
    let connection = config[Config.driver]
    let data = config[Config.data]
    guard let rings = connection.rings else { fatal("the record's driver queues are no queues") }
    guard let memory = data.region.memory, let notes = config[Config.bufferMetadata].shared,
      let holders = SharedWords(notes),
      let virtualiser = NetVirtRx(
        driver: rings, memory: memory, ioAddress: data.ioAddress,
        bufferCount: Int(connection.bufferCount), holders: holders)
    else { fatal("the record's regions are too short for its buffers") }
    self.virtualiser = virtualiser
    driver = connection.channel
    for index in 0..<config.count(of: Config.clients, Config.clientCount) {
      let entry = Config.clients[index]
      let client = config[entry / NetVirtRxClient.connection]
      guard let rings = client.rings else { fatal("a client's queues in the record are no queues") }
      self.virtualiser.addClient(rings)
      clients[index] = client.channel
      clientCount = index &+ 1
      for number in 0..<min(Int(config[entry / NetVirtRxClient.macCount]), 64) {
        let address = config[entry / NetVirtRxClient.macAddresses[number]].wireValue
        guard self.virtualiser.addAddress(address, client: index) else {
          fatal("the record has more than 256 MAC addresses")
        }
      }
    }
    notify(self.virtualiser.start())
  }

  mutating func notified(_ channels: ChannelSet) {
    // Returned buffers first: the driver can use them for what comes.
    for index in 0..<clientCount where channels.contains(clients[index]) {
      notify(virtualiser.clientReady(index))
    }
    if channels.contains(driver) { notify(virtualiser.driverReady()) }
  }

  private func notify(_ actions: NetVirtRx<MappedMemory>.Actions) {
    if actions.notifyDriver { driver.notify() }
    actions.notifyClients.notify { clients[$0 & 63] }
  }
}
