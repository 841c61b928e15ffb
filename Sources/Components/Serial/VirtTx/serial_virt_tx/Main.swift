// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Microkit
import Records
import Rings
import SerialComponents
import SerialWiring
import Wiring

enum Needs {
  // SystemBuilder.stackNeeds has the same number.
  @section(".serval_stack_needs") @used static let stack: UInt64 = 16_384
}

@main enum Main {
  static func main() {
    run(SerialVirtTxProgram(SerialVirtTxConfig.linked()))
  }
}

struct SerialVirtTxProgram: ProtectionDomain, ~Copyable {
  private typealias Config = SerialVirtTxConfig

  private var virtualiser: SerialVirtTx
  private let driver: Channel

  init(_ config: LinkedRecord<SerialVirtTxConfig>) {
    let connection = config[Config.driver]
    guard let output = connection.ring else {
      fatal(".serial_virt_tx_config: no driver queue; rerun serval generate")
    }
    driver = connection.channel
    virtualiser = SerialVirtTx(driver: output, colours: config[Config.colourEnabled] != 0)
    for index in 0..<config.count(of: Config.clients, Config.clientCount) {
      let client = config[Config.clients[index] / SerialVirtTxClient.connection]
      guard let ring = client.ring,
        virtualiser.addClient(ring, channel: Int(client.channel.id))
      else {
        fatal(
          ".serial_virt_tx_config: a client has no queue, or another's channel; rerun serval generate"
        )
      }
    }
    if config[Config.receiveEnabled] != 0 {
      let actions = virtualiser.write(byteCount: config.length(of: Config.beginText)) {
        config.byte($0, of: Config.beginText)
      }
      notify(actions)
    }
  }

  mutating func notified(_ channels: ChannelSet) {
    if channels.contains(driver) { notify(virtualiser.driverReady()) }
    var clients = channels
    while let client = clients.popFirst() { notify(virtualiser.clientReady(client)) }
  }

  private mutating func notify(_ actions: SerialVirtTx.Actions) {
    if actions.notifyDriver { driver.notify() }
    actions.notifyClients.notifyDeferred()
  }
}
