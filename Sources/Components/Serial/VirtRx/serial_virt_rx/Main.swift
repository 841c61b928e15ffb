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
    run(SerialVirtRxProgram(SerialVirtRxConfig.linked()))
  }
}

struct SerialVirtRxProgram: ProtectionDomain, ~Copyable {
  private typealias Config = SerialVirtRxConfig

  private var virtualiser: SerialVirtRx
  private let driver: Channel

  init(_ config: LinkedRecord<SerialVirtRxConfig>) {
    let connection = config[Config.driver]
    guard let input = connection.ring else {
      fatal(".serial_virt_rx_config: no driver queue; rerun serval generate")
    }
    driver = connection.channel
    virtualiser = SerialVirtRx(
      driver: input, switchCharacter: config[Config.switchCharacter],
      terminateCharacter: config[Config.terminateCharacter])
    for index in 0..<config.count(of: Config.clients, Config.clientCount) {
      let client = config[Config.clients[index]]
      guard let ring = client.ring,
        virtualiser.addClient(ring, channel: Int(client.channel.id))
      else {
        fatal(
          ".serial_virt_rx_config: a client has no queue, or another's channel; rerun serval generate"
        )
      }
    }
  }

  /// Signals from clients are ignored: input for which a client has no room is dropped.
  mutating func notified(_ channels: ChannelSet) {
    guard channels.contains(driver) else { return }
    let actions = virtualiser.driverReady()
    if actions.notifyDriver { driver.notify() }
    actions.notifyClients.notify()
  }
}
