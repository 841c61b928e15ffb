// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Microkit
import NetworkComponents
import NetworkWiring
import Records
import Rings
import Wiring

@main enum Main {
  static func main() { run(NetCopierProgram(NetCopyConfig.linked())) }
}

struct NetCopierProgram: ProtectionDomain, ~Copyable {
  private typealias Config = NetCopyConfig

  private var copier: NetCopier
  private let virtualiser: Channel
  private let client: Channel
  private var link: PeerClient
  private var restarts = RestartWatch()

  init(_ config: LinkedRecord<NetCopyConfig>) {
    let (receive, client) = (config[Config.receive], config[Config.client])
    guard let receiveRings = receive.rings, let clientRings = client.rings,
      let target = config[Config.clientData].memory
    else {
      fatal(".net_copy_config: receive, client or clientData is missing; rerun serval generate")
    }
    virtualiser = receive.channel
    self.client = client.channel
    link = PeerClient(client)
    copier = NetCopier(
      virtualiser: receiveRings, client: clientRings, target: target,
      targetCount: Int(client.bufferCount))
    for owner in 0..<64 {
      if let memory = config[Config.receiveData[owner]].memory {
        copier.addSource(memory, owner: owner)
      }
    }
    serve()
  }

  mutating func notified(_ channels: ChannelSet) { serve() }

  private mutating func serve() {
    notify(restarts.mayHaveChanged ? compareEpochs() : copier.copyFrames())
  }

  @inline(never) private mutating func compareEpochs() -> NetCopier.Actions {
    restarts.willCompare()
    let change = link.look()
    if change == .lost { copier.disconnect() }
    if !link.isConnected { link.leave() }
    restarts.didCompare(isUnsettled: !link.isConnected)
    return change == .found ? copier.start() : copier.copyFrames()
  }

  private mutating func notify(_ actions: NetCopier.Actions) {
    // The last signal goes out with the next receive, in one entry to the kernel.
    if actions.notifyClient { client.notifyDeferred() }
    if actions.notifyVirtualiser { virtualiser.notifyDeferred() }
  }
}
