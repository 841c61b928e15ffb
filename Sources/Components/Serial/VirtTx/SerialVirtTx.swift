// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The transmit virtualiser: many clients' bytes into the driver's one queue (sDDF 0.7.0,
/// docs/serial).
///
/// A batch is what a client's queue held when its turn came. A batch goes out in one piece, or, if
/// the driver's queue could never hold it, in several with nobody else's between them; turns are
/// taken in the order of the notifications. A client whose index is impossible is quarantined: it
/// is not looked at again until this domain is restarted, and the others go on.
public struct SerialVirtTx: ~Copyable {
  /// Clients are numbered from 0 as they are added; at most this many.
  public static var clientLimit: Int { 64 }

  public struct Actions: Equatable, Sendable {
    /// There is more in the driver's queue.
    public var notifyDriver = false
    /// Clients that wait for room, and have some now.
    public var notifyClients = ClientSet()
    public init() {}
  }

  private var merge: SerialMerge

  /// `colours`: each client's text in a colour of its own, where the driver's queue is not too
  /// short for it.
  public init(driver: Ring<SerialQueue>, colours: Bool) {
    merge = SerialMerge(driver: RingProducer(driver), colours: colours)
  }

  /// Takes the next client's queue; false when there is no place left.
  @discardableResult public mutating func addClient(_ ring: Ring<SerialQueue>) -> Bool {
    merge.addClient(ring)
  }

  /// Clients that gave an impossible index.
  public var quarantined: ClientSet { merge.quarantined }
  /// Whether the driver gave one: then nothing is sent any more.
  public var driverFaulted: Bool { merge.driverFaulted }
  /// Bytes taken from clients since the start; wraps.
  public var transferred: UInt32 { merge.transferred }

  /// Writes a text of our own, as the one that tells a console that input may begin. Bytes for
  /// which there is no room are dropped.
  public mutating func write(byteCount: Int, _ byte: (Int) -> UInt8) -> Actions {
    var actions = Actions()
    actions.notifyDriver = merge.write(byteCount: byteCount, byte)
    return actions
  }

  /// Whether the driver has taken everything, for a debug kernel whose own output would come
  /// between.
  public mutating func isDrained() -> Bool { merge.isDrained() }

  /// A client has added bytes. Numbers of no client are ignored.
  public mutating func clientReady(_ client: Int) -> Actions {
    merge.request(client)
    return run()
  }

  /// The driver has made room where there was none.
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
