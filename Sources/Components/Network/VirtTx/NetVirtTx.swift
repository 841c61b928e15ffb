// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// The transmit virtualiser: clients' frames into the driver's one queue, and their buffers back (sDDF 0.7.0,
/// docs/network). Every field of a descriptor is checked.
///
/// A client that sends what cannot be - an impossible index, a buffer that is not its own or that the driver has
/// already, an impossible length - is quarantined with the first: nothing of it is looked at any more, and the
/// others go on. Of each client no more than `share` frames are taken before all others have had their turn.
///
/// The driver is only asked for a signal about sent buffers when a client is out of them, and has to be told
/// that it is; so a client that is has to ask (`requestSignal`) and ring.
public struct NetVirtTx<Memory: DMAMemory>: ~Copyable {
  /// Clients are numbered from 0 as they are added; at most this many.
  public static var clientLimit: Int { 64 }
  /// Frames that a client may send in each round.
  public static var share: Int { 128 }

  public struct Actions: Equatable, Sendable {
    /// There are more frames to send, and the driver waits for them.
    public var notifyDriver = false
    /// Clients that wait for buffers, and have some back now.
    public var notifyClients = ClientSet()
    /// Somebody has had its share and may have more: `ready` is to be called again, after others of our priority.
    public var isUnfinished = false
    public init() {}
  }

  public struct Counters: Equatable, Sendable {
    public var sent: UInt32 = 0
    /// Descriptors of clients, one of each at most, and of the driver, that cannot be.
    public var refused: UInt32 = 0
    public init() {}
  }

  private var driver: BufferSender
  // Beyond the last client there is nothing of anybody's: an optional would be looked at word by word.
  private var clients: InlineArray<64, BufferReceiver>
  private var clientCount = 0
  private var regions = TransmitRegions<Memory>()
  private var everybody = ClientSet()
  private var started = ClientSet()
  // Those that had their share in this round.
  private var unfinished = ClientSet()
  /// Clients with buffers that they have back, and do not see yet.
  private var returned = ClientSet()
  private var added = false
  private let returnBatch: Int

  public private(set) var quarantined = ClientSet()
  /// Whether the driver gave an impossible index: then nothing is sent any more.
  public private(set) var driverFaulted = false
  public private(set) var counters = Counters()

  public init(driver: NetRings) {
    self.driver = BufferSender(driver)
    returnBatch = self.driver.returnBatch
    clients = InlineArray { _ in BufferReceiver(driver) }
  }

  /// Takes the next client; false when there is no place left.
  @discardableResult public mutating func addClient(_ rings: NetRings) -> Bool {
    guard clientCount < Self.clientLimit else { return false }
    clients[clientCount] = BufferReceiver(rings)
    everybody.insert(clientCount)
    clientCount &+= 1
    return true
  }

  /// Memory that `client`, who has been added, sends from and calls `owner` in its descriptors; false where there is no place left,
  /// or the memory is shorter than its buffers.
  public mutating func addRegion(
    _ memory: Memory, ioAddress: UInt64, bufferCount: Int, client: Int, owner: Int
  ) -> Bool {
    guard client >= 0, client < clientCount else { return false }
    return regions.add(
      memory, ioAddress: ioAddress, bufferCount: bufferCount, client: client, owner: owner)
  }

  /// What clients have queued before we started.
  public mutating func start() -> Actions { ready(clients: everybody) }

  /// Clients have frames to send, or wait for buffers, or the driver has sent frames: what the driver has
  /// sent is looked at in any case. Clients that there are not are ignored.
  @inline(never) public mutating func ready(clients: ClientSet) -> Actions {
    // Who rings between the rounds is not heard before the last of them, so that all are looked at in each.
    var rest = unfinished.isEmpty ? clients : everybody
    unfinished = ClientSet()
    while let client = rest.popFirst() {
      if client < clientCount { send(client) }
    }
    var actions = finish()
    actions.isUnfinished = !unfinished.isEmpty
    return actions
  }

  // MARK: From clients to the driver

  private mutating func send(_ client: Int) {
    if quarantined.contains(client) || driverFaulted { return }
    var room = Self.share
    do throws(PeerFault) {
      if try clients[client].active.available() > 0, !started.contains(client) {
        // Whoever sends has filled its queue of empty buffers before.
        clients[client].free.adoptPosition()
        started.insert(client)
      }
      repeat {
        while room > 0, let descriptor = clients[client].active.next() {
          if !pass(descriptor, of: client) { return }
          room &-= 1
        }
        if room == 0 {
          clients[client].active.release()
          return unfinished.insert(client)
        }
      } while try !clients[client].active.isExhausted()
    } catch {
      quarantined.insert(client)
    }
  }

  /// False where the client is not to be served further.
  private mutating func pass(_ descriptor: NetDescriptor, of client: Int) -> Bool {
    guard let address = regions.take(descriptor, client: client) else {
      counters.refused &+= 1
      quarantined.insert(client)
      return false
    }
    do throws(PeerFault) {
      // There is room for all buffers, unless the driver lies.
      guard try driver.active.enqueue(NetDescriptor(address: address, length: descriptor.length))
      else { throw .beyondCapacity }
    } catch {
      driverFaulted = true
      return false
    }
    added = true
    counters.sent &+= 1
    return true
  }

  // MARK: From the driver to clients

  private mutating func returnBuffers(_ actions: inout Actions) throws(PeerFault) {
    // A few are left for later as long as nobody waits.
    if try driver.free.available() < returnBatch, !isAwaited() {
      return driver.free.cancelSignal()
    }
    while true {
      _ = try driver.free.available()
      while let descriptor = driver.free.next() {
        if let (client, buffer) = regions.release(descriptor.address) {
          handBack(buffer, to: client)
        } else {
          counters.refused &+= 1
        }
      }
      publishReturned(&actions)
      guard isAwaited() else {
        driver.free.release()
        return driver.free.cancelSignal()
      }
      // The driver lets the card interrupt for sent frames only if it knows that somebody waits for them.
      let isKnown = driver.free.isSignalRequested
      driver.free.requestSignal()
      if try driver.free.available() == 0 {
        if !isKnown { actions.notifyDriver = true }
        return
      }
      driver.free.cancelSignal()
    }
  }

  private mutating func handBack(_ descriptor: NetDescriptor, to client: Int) {
    if quarantined.contains(client) { return }
    do throws(PeerFault) {
      // A client that has filled its own free queue loses the buffer.
      if try clients[client].free.enqueue(descriptor) { returned.insert(client) }
    } catch {
      quarantined.insert(client)
    }
  }

  /// Whether some client that has sent waits for buffers.
  private mutating func isAwaited() -> Bool {
    var rest = started
    while let client = rest.popFirst() {
      if !quarantined.contains(client), clients[client].free.hasSignalRequest() {
        return true
      }
    }
    return false
  }

  private mutating func finish() -> Actions {
    var actions = Actions()
    if !driverFaulted {
      do throws(PeerFault) { try returnBuffers(&actions) } catch { driverFaulted = true }
    }
    if !returned.isEmpty { publishReturned(&actions) }
    if added {
      added = false
      driver.active.publish()
      if driver.active.takeSignalRequest() { actions.notifyDriver = true }
    }
    return actions
  }

  @inline(never) private mutating func publishReturned(_ actions: inout Actions) {
    while let client = returned.popFirst() {
      clients[client].free.publish()
      if clients[client].free.takeSignalRequest() { actions.notifyClients.insert(client) }
    }
  }
}
