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
  private var clients: PeerClients

  init(_ config: LinkedRecord<NetVirtTxConfig>) {
    let connection = config[Config.driver]
    guard let rings = connection.rings else {
      fatal(".net_virt_tx_config: driver has no queues; rerun serval generate")
    }
    driver = connection.channel
    virtualiser = NetVirtTx(driver: rings)
    clients = PeerClients()
    for index in 0..<config.count(of: Config.clients, Config.clientCount) {
      let entry = Config.clients[index]
      let client = config[entry / NetVirtTxClient.connection]
      let channel = Int(client.channel.id)
      guard let rings = client.rings, virtualiser.addClient(rings, channel: channel) else {
        fatal(
          ".net_virt_tx_config: a client has no queues, or another's channel; rerun serval generate"
        )
      }
      virtualiser.disconnect(channel)
      clients.add(PeerClient(client), channel: channel)
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
    notified(clients.all)
  }

  mutating func notified(_ channels: ChannelSet) {
    var channels = channels
    if clients.haveChanged { channels = channels.union(lookAtClients()) }
    carryOut(virtualiser.serve(clients: channels))
    if clients.areAway { leaveClients() }
  }

  /// Returns the clients that have reset their queues: they may have sent frames already.
  @inline(never) private mutating func lookAtClients() -> ChannelSet {
    clients.willLook()
    var found = ChannelSet()
    var rest = clients.all
    while let client = rest.popFirst() {
      switch clients.look(client) {
      case .none: break
      case .lost: virtualiser.disconnect(client)
      case .found:
        virtualiser.reconnect(client)
        found.insert(client)
      }
    }
    clients.didLook()
    return found
  }

  /// Tells clients that are away when their buffers are back from the driver.
  @inline(never) private mutating func leaveClients() {
    var rest = clients.all
    while let client = rest.popFirst() {
      if virtualiser.bufferCount(inFlightOf: client) == 0 { clients.leave(client) }
    }
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

/// The clients' links, by channel.
struct PeerClients: ~Copyable {
  private var links: InlineArray<64, PeerClient?>
  private(set) var all = ChannelSet()
  private var away = ChannelSet()
  private var restarts = RestartWatch()

  init() {
    links = InlineArray { _ in nil }
  }

  mutating func add(_ link: PeerClient, channel: Int) {
    guard channel >= 0, channel < 64 else { return }
    links[channel] = link
    all.insert(channel)
    away.insert(channel)
  }

  /// Whether clients are away.
  var areAway: Bool { !away.isEmpty }

  /// Whether `look` may find a change: a domain has begun again, or a client is away.
  var haveChanged: Bool {
    @inline(__always) mutating get { restarts.mayHaveChanged }
  }

  mutating func willLook() { restarts.willCompare() }
  mutating func didLook() { restarts.didCompare(isUnsettled: areAway) }

  mutating func look(_ client: Int) -> LinkChange {
    let change = links[client & 63]?.look() ?? .none
    switch change {
    case .none: break
    case .lost: away.insert(client)
    case .found: away.remove(client)
    }
    return change
  }

  mutating func leave(_ client: Int) { if away.contains(client) { links[client & 63]?.leave() } }
}
