// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import IndexSets
import Rings

/// The transmit virtualiser (sDDF 0.7.0, docs/network): passes clients' frames to the driver's one queue, and returns
/// their buffers. Every field of a descriptor is checked.
///
/// A client that breaks the protocol is quarantined at once: by an impossible index, a buffer that is not its own or that
/// the driver has already, or an impossible length. Its queues are not used any more; other clients are not affected.
/// In each round at most `share` frames are taken from a client, so that every other client gets its turn.
///
/// The driver signals returned buffers only on request, and the request is made only while a client waits for buffers.
/// So a client that has run out of buffers must request a signal in its queue and notify us.
public struct NetVirtTx<Memory: DMAMemory>: ~Copyable {
  /// Maximum number of clients. Each is known by its channel.
  public static var clientLimit: Int { 64 }
  /// Maximum number of frames that a client sends in one round.
  public static var share: Int { 128 }

  /// What the caller has to do after an event.
  public struct Actions: Equatable, Sendable {
    /// Notify the driver: it waits for frames, and some were queued; or a client waits for the buffers that it has.
    public var notifyDriver = false
    /// Clients to notify: they wait for buffers, and got some back.
    public var notifyClients = IndexSet64()
    /// A client used up its share and may have more frames: call `serve` again, after yielding to domains of the same
    /// priority.
    public var isUnfinished = false
    /// Nothing to do.
    public init() {}
  }

  /// What the virtualiser has done since its start. All counters wrap.
  public struct Counters: Equatable, Sendable {
    /// Frames passed to the driver.
    public var sent: UInt32 = 0
    /// Invalid descriptors from clients, at most one of each client, and from the driver.
    public var refused: UInt32 = 0
    /// All zero.
    public init() {}
  }

  private var driver: BufferSender
  // By channel. Unused entries are copies of the driver's end. They are not optional because the compiler would copy
  // the optionals word by word.
  private var clients: InlineArray<64, BufferReceiver>
  private var regions = TransmitRegions<Memory>()
  private var everybody = IndexSet64()
  // The queues of each client, to begin with them again.
  private var rings: InlineArray<64, NetRings>
  // Clients that begin again, and those and the quarantined: queues of either are not used.
  private var away = IndexSet64()
  private var unused = IndexSet64()
  // Clients that have sent at least one frame.
  private var started = IndexSet64()
  // Clients that used up their share in this round.
  private var unfinished = IndexSet64()
  // Clients with returned buffers that have not been published.
  private var returned = IndexSet64()
  // Whether frames were queued for the driver and not published.
  private var added = false
  private let returnBatch: Int

  /// Clients that broke the protocol.
  public private(set) var quarantined = IndexSet64()
  /// Whether the driver wrote an impossible index: nothing is sent any more.
  public private(set) var driverFaulted = false
  /// Counters for inspection and tests.
  public private(set) var counters = Counters()

  /// A virtualiser without clients.
  public init(driver: NetRings) {
    self.driver = BufferSender(driver)
    returnBatch = self.driver.returnBatch
    clients = InlineArray { _ in BufferReceiver(driver) }
    self.rings = InlineArray { _ in driver }
  }

  /// Adds the client with this channel; false if another has it, or it is not below `clientLimit`.
  @discardableResult public mutating func addClient(_ rings: NetRings, channel: Int) -> Bool {
    guard channel >= 0, channel < Self.clientLimit, !everybody.contains(channel) else {
      return false
    }
    clients[channel] = BufferReceiver(rings)
    self.rings[channel] = rings
    everybody.insert(channel)
    return true
  }

  /// The client begins again: its queues are not used until `reconnect`. Frames of it that the driver has are sent; call
  /// `bufferCount(inFlightOf:)` to learn when its buffers are all back.
  public mutating func disconnect(_ client: Int) {
    guard everybody.contains(client) else { return }
    away.insert(client)
    unused.insert(client)
    returned.remove(client)
    unfinished.remove(client)
  }

  /// Uses the client's queues, which are empty, from the beginning.
  public mutating func reconnect(_ client: Int) {
    guard everybody.contains(client) else { return }
    clients[client] = BufferReceiver(rings[client])
    away.remove(client)
    unused.remove(client)
    started.remove(client)
    quarantined.remove(client)
  }

  /// Number of the client's buffers that the driver has.
  public mutating func bufferCount(inFlightOf client: Int) -> Int {
    regions.inFlightCount(of: client)
  }

  /// Adds memory from which `client`, which must have been added, sends frames. Descriptors name it by `owner`. False if
  /// there is no such client, the table is full, or the memory is too small for `bufferCount` buffers.
  public mutating func addRegion(
    _ memory: Memory, ioAddress: UInt64, bufferCount: Int, client: Int, owner: Int
  ) -> Bool {
    guard everybody.contains(client) else { return false }
    return regions.add(
      memory, ioAddress: ioAddress, bufferCount: bufferCount, client: client, owner: owner)
  }

  /// Sends the frames that clients queued before the start.
  public mutating func start() -> Actions { serve(clients: everybody) }

  /// Serves clients that have signalled, because they queued frames or wait for buffers. Sent buffers are returned in any
  /// case. Channels without a client are ignored.
  @inline(never) public mutating func serve(clients: IndexSet64) -> Actions {
    // Signals that arrive between rounds are received only after the last one, so further rounds serve all clients.
    var rest = unfinished.isEmpty ? clients.intersection(everybody) : everybody
    unfinished = IndexSet64()
    while let client = rest.popFirst() { send(client) }
    var actions = returnAndPublish()
    actions.isUnfinished = !unfinished.isEmpty
    return actions
  }

  private mutating func quarantine(_ client: Int) {
    quarantined.insert(client)
    unused.insert(client)
  }

  // MARK: From clients to the driver

  private mutating func send(_ client: Int) {
    if unused.contains(client) || driverFaulted { return }
    var room = Self.share
    do throws(PeerFault) {
      if try clients[client].active.available() > 0, !started.contains(client) {
        // A client fills its own queue of empty buffers before it sends its first frame, and hands that end over to us
        // with it.
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
      } while try !clients[client].active.requestSignalIfEmpty()
    } catch {
      quarantine(client)
    }
  }

  /// Passes one frame to the driver. False if the client, or the driver, must not be served further.
  private mutating func pass(_ descriptor: NetDescriptor, of client: Int) -> Bool {
    guard let address = regions.handToDriver(descriptor, client: client) else {
      counters.refused &+= 1
      quarantine(client)
      return false
    }
    do throws(PeerFault) {
      // The queue has a slot for every buffer, so it is full only if the driver broke the protocol.
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
    // Leave a few buffers for later while no client waits for them.
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
      // The driver turns on interrupts for sent frames only when it sees our request, so notify it of a new one.
      let isKnown = driver.free.isSignalRequested
      if try driver.free.requestSignalIfEmpty() {
        if !isKnown { actions.notifyDriver = true }
        return
      }
    }
  }

  private mutating func handBack(_ descriptor: NetDescriptor, to client: Int) {
    if unused.contains(client) { return }
    do throws(PeerFault) {
      // The queue has a slot for every buffer. A client that filled it with others loses this one.
      if try clients[client].free.enqueue(descriptor) { returned.insert(client) }
    } catch {
      quarantine(client)
    }
  }

  /// Whether any client that has sent frames waits for buffers, or is away and cannot come back before it has them.
  private mutating func isAwaited() -> Bool {
    var rest = away
    while let client = rest.popFirst() {
      if regions.inFlightCount(of: client) > 0 { return true }
    }
    rest = started
    while let client = rest.popFirst() {
      if !unused.contains(client), clients[client].free.hasSignalRequest() {
        return true
      }
    }
    return false
  }

  /// Returns sent buffers, hands over queued frames, and decides whom to notify.
  private mutating func returnAndPublish() -> Actions {
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

#if !hasFeature(Embedded)
  extension NetVirtTx {
    /// What is wrong between two calls; nil if nothing is. Must stay nil whatever peers write. For tests.
    package func checkInvariants() -> String? {
      if let fault = regions.checkInvariants() ?? driver.checkInvariants() { return fault }
      if added || !returned.isEmpty { return "frames or returned buffers are not published" }
      for client in everybody.numbers {
        if let fault = clients[client].checkInvariants() { return "client \(client): \(fault)" }
      }
      for client in unfinished.numbers where quarantined.contains(client) {
        return "client \(client) is quarantined and has a turn"
      }
      return nil
    }

    /// Number of buffers that the driver has. For tests.
    package var inFlightCount: Int { regions.inFlightCount }
  }
#endif
