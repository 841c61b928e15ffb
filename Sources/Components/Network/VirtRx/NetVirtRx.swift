// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import IndexSets
import Rings

/// The receive virtualiser (sDDF 0.7.0, docs/network). It passes each received frame to the client with the
/// destination's MAC address, or to all clients for the broadcast address, and returns the buffer to the driver when
/// every client has returned it. Multicast frames and frames for unknown addresses are returned at once.
///
/// The virtualiser tracks which clients hold each buffer, so a client cannot return a buffer that it does not hold,
/// and the driver cannot hand out a buffer twice. A client that breaks the protocol is quarantined: it gets no more
/// frames, its buffers return to the driver, and the other clients are not affected. No client can exhaust the
/// buffers: each has a guaranteed share (`HolderTable`).
public struct NetVirtRx<Memory: DMAMemory>: ~Copyable {
  /// Maximum number of clients. Each is known by its channel.
  public static var clientLimit: Int { 64 }

  /// What the caller has to do after an event.
  public struct Actions: Equatable, Sendable {
    /// Notify the driver: it waits for empty buffers, and some have been returned.
    public var notifyDriver = false
    /// Clients to notify: they wait for frames, and have some.
    public var notifyClients = IndexSet64()
    /// There may be more frames: call `serve` again, after yielding to clients and other domains of the same priority.
    public var isUnfinished = false
    /// Nothing to do.
    public init() {}
  }

  /// What happened to frames since the start. All counters wrap.
  public struct Counters: Equatable, Sendable {
    /// Frames handed to clients; a broadcast counts once for each client.
    public var delivered: UInt32 = 0
    /// Frames for an address that no client has.
    public var unwanted: UInt32 = 0
    /// Frames that a client did not get because its queue was full or its share was used up.
    public var dropped: UInt32 = 0
    /// Invalid descriptors from the driver.
    public var refused: UInt32 = 0
    /// All zero.
    public init() {}
  }

  private var buffers: ReceiveBuffers
  private let memory: Memory
  private var holders: HolderTable
  private var addresses = AddressTable()
  // By channel. Unused entries are copies of the driver's end. They are not optional because the compiler would copy
  // the optionals word by word.
  private var clients: InlineArray<64, BufferSender>
  private var clientCount = 0
  private var everybody = IndexSet64()
  // Whether clients are asked to signal when they return buffers. A zeroed queue holds such a request.
  private var asksForReturns = true
  // How many buffers clients must hold before collecting returned ones is worthwhile.
  private let returnBatch: Int
  // Frames handed out before clients are notified. Copiers return them before we continue, so a long burst does not
  // use up a client's share.
  private let batch: Int
  // Clients with frames that have not been published.
  private var touched = IndexSet64()

  /// Clients that broke the protocol.
  public private(set) var quarantined = IndexSet64()
  /// Counters for inspection and tests.
  public private(set) var counters = Counters()

  /// Whether the driver wrote an impossible index: nothing is received any more.
  public var driverFaulted: Bool { buffers.faulted }

  /// Number of buffers in use: fewer than requested if `memory` or `holders` is too small for them.
  public var bufferCount: Int { buffers.count }

  /// - Parameters:
  ///   - memory: the receive buffers.
  ///   - ioAddress: bus address of the first buffer.
  ///   - holders: one word for each buffer.
  public init(
    driver: NetRings, memory: Memory, ioAddress: UInt64, bufferCount: Int, holders: SharedWords
  ) {
    let places = min(memory.byteCount / NetBuffer.byteCount, holders.count)
    let count = max(min(bufferCount, places), 0)
    buffers = ReceiveBuffers(driver, ioAddress: ioAddress, count: count)
    self.memory = memory
    returnBatch = max(count / 32, 1)
    batch = max(count / 4, 1)
    self.holders = HolderTable(holders, bufferCount: count)
    clients = InlineArray { _ in BufferSender(driver) }
  }

  /// Adds the client with this channel; false if another has it, or it is not below `clientLimit`.
  @discardableResult public mutating func addClient(_ rings: NetRings, channel: Int) -> Bool {
    guard channel >= 0, channel < Self.clientLimit, !everybody.contains(channel) else {
      return false
    }
    clients[channel] = BufferSender(rings)
    everybody.insert(channel)
    clientCount &+= 1
    holders.setClientCount(clientCount)
    return true
  }

  /// Passes frames to `address`, with the first byte on the wire lowest, to `client`, which must have been added. False if
  /// it was not, or the table is full.
  @discardableResult public mutating func addAddress(_ address: UInt64, client: Int) -> Bool {
    everybody.contains(client) && addresses.add(address, client: client)
  }

  /// Gives the driver all buffers.
  @inline(never) public mutating func start() -> Actions {
    for index in 0..<buffers.count { buffers.giveBackSeldom(index) }
    return publishAll()
  }

  /// Serves peers that have signalled: clients that returned buffers, and the driver for received frames. Channels
  /// without a client are ignored. Hands out at most a quarter of all buffers in one call (`isUnfinished`).
  public mutating func serve(clients: IndexSet64, driver: Bool) -> Actions {
    // Without frames, collect from the clients that signalled. With frames, collect from all once clients hold enough
    // buffers to make it worthwhile.
    if !driver {
      collect(clients.intersection(everybody))
      return publishAll()
    }
    if holders.total >= returnBatch { collect(everybody) }
    buffers.checkForFrames()
    var room = batch
    repeat {
      while room > 0, let descriptor = buffers.next() {
        deliver(descriptor)
        room &-= 1
      }
    } while room > 0 && !buffers.requestSignalIfEmpty()
    // Release before these buffers can return through the driver: its queue has one slot for each buffer.
    if room == 0 { buffers.release() }
    var actions = publishAll()
    actions.isUnfinished = room == 0
    return actions
  }

  // MARK: From the driver to clients

  @inline(__always) private mutating func deliver(_ descriptor: NetDescriptor) {
    guard let index = buffers.index(at: descriptor.address), holders.isWithDriver(index) else {
      counters.refused &+= 1
      return
    }
    var targets = admitted(targets(of: index, length: Int(descriptor.length)))
    var isTaken = false
    while let client = targets.popFirst() {
      if send(index, descriptor.length, to: client) { isTaken = true }
    }
    if !isTaken { buffers.giveBackSeldom(index) }
  }

  /// The targets that may get one more buffer. The set is complete before the first client gets the frame, because
  /// collecting returned buffers in between could return this one while other targets still wait for it.
  @inline(__always) private mutating func admitted(_ targets: IndexSet64) -> IndexSet64 {
    var (rest, admitted) = (targets, IndexSet64())
    var count = 0
    while let client = rest.popFirst() {
      if quarantined.contains(client) { continue }
      if holders.mayTake(client, besides: count) || mayTakeAfterAll(client, besides: count) {
        admitted.insert(client)
        count &+= 1
      } else if !quarantined.contains(client) {
        counters.dropped &+= 1
      }
    }
    return admitted
  }

  /// The clients that a frame is addressed to.
  @inline(__always) private mutating func targets(of index: Int, length: Int) -> IndexSet64 {
    var targets = IndexSet64()
    // At least an Ethernet header, at most a buffer.
    guard length >= 14, length <= NetBuffer.byteCount else {
      counters.refused &+= 1
      return targets
    }
    let offset = index &* NetBuffer.byteCount
    // The device wrote to memory, so discard what the cache holds of these bytes before reading them. Clients read them
    // after us and need no maintenance of their own.
    memory.cleanAndInvalidate(offset, count: length)
    let destination = memory.load64(at: offset) & AddressTable.broadcast
    if let client = addresses.client(of: destination) {
      targets.insert(client)
    } else if destination == AddressTable.broadcast {
      targets = everybody
    } else {
      counters.unwanted &+= 1
    }
    return targets
  }

  /// Queues the frame for the client. False if the client does not get it.
  @inline(__always)
  private mutating func send(_ index: Int, _ length: UInt16, to client: Int) -> Bool {
    // Collecting buffers for another target may have quarantined this one.
    if quarantined.contains(client) { return false }
    let descriptor = NetDescriptor(
      address: UInt64(truncatingIfNeeded: index &* NetBuffer.byteCount), length: length)
    do throws(PeerFault) {
      guard try clients[client].active.enqueue(descriptor) else {
        counters.dropped &+= 1
        return false
      }
      holders.lend(index, to: client)
      touched.insert(client)
      counters.delivered &+= 1
      return true
    } catch {
      quarantine(client)
      return false
    }
  }

  // MARK: From clients to the driver

  @inline(never) private mutating func collect(_ set: IndexSet64) {
    var rest = set
    while let client = rest.popFirst() {
      if quarantined.contains(client) { continue }
      if !clients[client].collect(as: client, holders: &holders, buffers: &buffers) {
        quarantine(client)
      }
    }
  }

  /// Collects all returned buffers, and says whether the client may get one more. Publishes first, because clients can
  /// return only buffers that they have seen.
  @inline(never) private mutating func mayTakeAfterAll(_ client: Int, besides count: Int) -> Bool {
    var rest = touched
    while let other = rest.popFirst() { clients[other].active.publish() }
    collect(everybody)
    return !quarantined.contains(client) && holders.mayTake(client, besides: count)
  }

  /// Asks every client to signal when it returns buffers, because the driver is short of them. Collects once more
  /// afterwards: a client may have returned buffers before it saw the request.
  @inline(never) private mutating func askForReturns() {
    asksForReturns = true
    var rest = everybody
    while let client = rest.popFirst() { clients[client].free.requestSignal() }
    collect(everybody)
  }

  @inline(never) private mutating func stopAskingForReturns() {
    asksForReturns = false
    var rest = everybody
    while let client = rest.popFirst() { clients[client].free.cancelSignal() }
  }

  @inline(never) private mutating func quarantine(_ client: Int) {
    quarantined.insert(client)
    for index in 0..<buffers.count where holders.release(index, by: client) {
      if holders.isWithDriver(index) { buffers.giveBackSeldom(index) }
    }
  }

  /// Hands over all queued frames and buffers, and decides whom to notify.
  private mutating func publishAll() -> Actions {
    var actions = Actions()
    while let client = touched.popFirst() {
      if quarantined.contains(client) { continue }
      clients[client].active.publish()
      if clients[client].active.takeSignalRequest() {
        actions.notifyClients.insert(client)
      }
    }
    actions.notifyDriver = buffers.publish()
    // If the driver is not short of buffers, returned ones are collected with the next frame. It will come, because the
    // driver has a quarter of all buffers. A request by the driver is a reason to ask earlier, but correctness does not
    // depend on when we see it (Tests/Models/returning.pml).
    if buffers.areWanted || holders.isShort {
      askForReturns()
      if buffers.publish() { actions.notifyDriver = true }
    } else if asksForReturns {
      stopAskingForReturns()
    }
    return actions
  }
}

extension BufferSender {
  /// Collects the buffers that `client` has returned. False if it returned one that it does not hold, or wrote an
  /// impossible index.
  fileprivate mutating func collect(
    as client: Int, holders: inout HolderTable, buffers: inout ReceiveBuffers
  ) -> Bool {
    do throws(PeerFault) {
      if try free.available() == 0 { return true }
    } catch {
      return false
    }
    while let descriptor = free.next() {
      guard let index = NetBuffer.index(at: descriptor.address, of: buffers.count),
        holders.release(index, by: client)
      else { return false }
      if holders.isWithDriver(index) { buffers.giveBack(index) }
    }
    free.release()
    return true
  }
}

#if !hasFeature(Embedded)
  extension NetVirtRx {
    /// What is wrong between two calls; nil if nothing is. Must stay nil whatever peers write. For tests.
    package func checkInvariants() -> String? {
      if let fault = holders.checkInvariants() ?? buffers.checkInvariants() { return fault }
      if !touched.isEmpty { return "frames for \(touched.numbers) are not published" }
      for client in everybody.numbers {
        if let fault = clients[client].checkInvariants() { return "client \(client): \(fault)" }
      }
      for client in quarantined.numbers {
        if !everybody.contains(client) { return "\(client) is quarantined and not a client" }
        if holders.holdsAny(client) { return "client \(client) is quarantined and holds buffers" }
      }
      return nil
    }

    /// The buffers that clients hold; the driver has all others. For tests.
    package func buffersWithClients() -> Set<Int> { holders.heldBuffers() }
  }
#endif
