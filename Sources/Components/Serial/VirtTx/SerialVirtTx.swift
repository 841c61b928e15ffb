// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Rings

/// The transmit virtualiser (sDDF 0.7.0, docs/serial): merges clients' bytes into the driver's one
/// queue.
///
/// Clients take turns in the order of their notifications. A turn sends the bytes that the client's
/// queue holds when the turn begins. They stay together: no other client's bytes come between them,
/// even if the driver's queue is too small to hold them at once. A client that writes an impossible
/// index is quarantined until this domain is restarted; other clients are not affected.
public struct SerialVirtTx: ~Copyable {
  /// Maximum number of clients. Each is known by its channel.
  public static var clientLimit: Int { 64 }

  /// What the caller has to do after an event.
  public struct Actions: Equatable, Sendable {
    /// Notify the driver: bytes were added to its queue.
    public var notifyDriver = false
    /// Clients to notify: they wait for room, and have some now.
    public var notifyClients = IndexSet64()
    /// Nothing to do.
    public init() {}
  }

  private var merge: SerialMerge

  /// With `colours`, each client's text has a colour of its own, unless the driver's queue is too
  /// small for the codes.
  public init(driver: Ring<SerialQueue>, colours: Bool) {
    merge = SerialMerge(driver: RingProducer(driver), colours: colours)
  }

  /// Adds the client with this channel; false if another has it, or it is not below `clientLimit`. The order in which
  /// clients are added determines their colours.
  @discardableResult
  public mutating func addClient(_ ring: Ring<SerialQueue>, channel: Int) -> Bool {
    merge.addClient(ring, channel: channel)
  }

  /// Clients that wrote an impossible index.
  public var quarantined: IndexSet64 { merge.quarantined }
  /// Whether the driver wrote an impossible index: nothing is sent any more.
  public var driverFaulted: Bool { merge.driverFaulted }
  /// Bytes taken from clients; wraps.
  public var transferred: UInt32 { merge.transferred }

  /// Writes a text of the virtualiser itself, for example the one that tells a console to start input.
  /// Bytes for which there is no room are dropped.
  public mutating func write(byteCount: Int, _ byte: (Int) -> UInt8) -> Actions {
    var actions = Actions()
    actions.notifyDriver = merge.write(byteCount: byteCount, byte)
    return actions
  }

  /// Whether the driver has taken all bytes. For debug kernels, whose own output would otherwise mix in.
  public mutating func isDrained() -> Bool { merge.isDrained() }

  /// Handles a client's signal: it has added bytes. Channels without a client are ignored.
  public mutating func clientReady(_ client: Int) -> Actions {
    merge.request(client)
    return run()
  }

  /// Handles the driver's signal: it has made room in a queue that was full.
  public mutating func driverReady() -> Actions { run() }

  private mutating func run() -> Actions {
    let served = merge.run()
    var actions = Actions()
    actions.notifyDriver = !served.isEmpty
    var rest = served
    while let client = rest.popFirst() {
      if merge.takeSignalRequest(of: client) { actions.notifyClients.insert(client) }
    }
    return actions
  }
}

#if !hasFeature(Embedded)
  extension SerialVirtTx {
    /// What is wrong between two calls; nil if nothing is. Must stay nil whatever peers write. For tests.
    package func checkInvariants() -> String? { merge.checkInvariants() }
  }
#endif
