// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import IndexSets
import NetworkComponents
import Rings
import Testing

private func only(_ client: Int) -> IndexSet64 {
  var set = IndexSet64()
  set.insert(client)
  return set
}

// Handlers for single events. Each checks the invariants afterwards.

extension NetVirtRx {
  /// Serves the driver to the end. Returns everyone to notify.
  mutating func driverReady() -> Actions {
    var all = serve(clients: IndexSet64(), driver: true)
    while all.isUnfinished {
      var next = serve(clients: IndexSet64(), driver: true)
      next.notifyDriver = next.notifyDriver || all.notifyDriver
      while let client = all.notifyClients.popFirst() { next.notifyClients.insert(client) }
      all = next
    }
    #expect(checkInvariants() == nil)
    return all
  }
  mutating func clientReady(_ client: Int) -> Actions {
    let actions = serve(clients: only(client), driver: false)
    #expect(checkInvariants() == nil)
    return actions
  }
}

extension NetVirtTx {
  mutating func driverReady() -> Actions { serveAndCheck(IndexSet64()) }
  mutating func clientReady(_ client: Int) -> Actions { serveAndCheck(only(client)) }

  private mutating func serveAndCheck(_ clients: IndexSet64) -> Actions {
    let actions = serve(clients: clients)
    #expect(checkInvariants() == nil)
    return actions
  }
}

extension EthernetDriver where Device: ~Copyable {
  /// Both virtualisers have signalled.
  mutating func serve() -> Actions { serve(receive: true, transmit: true) }
}
