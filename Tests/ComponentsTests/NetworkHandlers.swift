// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import NetworkComponents
import Rings

private func only(_ client: Int) -> ClientSet {
  var set = ClientSet()
  set.insert(client)
  return set
}

/// One event at a time.
extension NetVirtRx {
  /// With whom there would be to notify in all.
  mutating func driverReady() -> Actions {
    var all = ready(clients: ClientSet(), driver: true)
    while all.isUnfinished {
      var next = ready(clients: ClientSet(), driver: true)
      next.notifyDriver = next.notifyDriver || all.notifyDriver
      while let client = all.notifyClients.popFirst() { next.notifyClients.insert(client) }
      all = next
    }
    return all
  }
  mutating func clientReady(_ client: Int) -> Actions {
    ready(clients: only(client), driver: false)
  }
}

extension NetVirtTx {
  mutating func driverReady() -> Actions { ready(clients: ClientSet()) }
  mutating func clientReady(_ client: Int) -> Actions { ready(clients: only(client)) }
}

extension EthernetDriver where Device: ~Copyable {
  /// Both virtualisers have signalled.
  mutating func ready() -> Actions { ready(receive: true, transmit: true) }
}
