// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// The receive virtualiser: every frame that the driver has received goes to the client whose MAC address it
/// is for, or to all for the broadcast address; the buffer goes back to the driver when all of them are done
/// (sDDF 0.7.0, docs/network). Multicast frames, and those for nobody, go back at once.
///
/// Who has which buffer is known here, so that nobody can return what is not his, and the driver cannot hand
/// out a buffer twice. A client that breaks the rules is quarantined: it gets nothing any more, what it had
/// goes back to the driver, and the others go on. No client can take all buffers: each is sure of a
/// share, and beyond it there is a reserve.
public struct NetVirtRx<Memory: DMAMemory>: ~Copyable {
  /// Clients are numbered from 0 as they are added; at most this many.
  public static var clientLimit: Int { 64 }

  public struct Actions: Equatable, Sendable {
    /// The driver waits for empty buffers, and there are some now.
    public var notifyDriver = false
    /// Clients that have frames to read, and wait for them.
    public var notifyClients = ClientSet()
    /// There may be more frames: `ready` is to be called again once clients, and others of our priority, have had
    /// their turn.
    public var isUnfinished = false
    public init() {}
  }

  public struct Counters: Equatable, Sendable {
    /// Frames handed to clients; a broadcast counts once for each.
    public var delivered: UInt32 = 0
    /// Frames for nobody.
    public var unwanted: UInt32 = 0
    /// Frames that a client had no room for, or no share left.
    public var dropped: UInt32 = 0
    /// Descriptors of the driver that cannot be.
    public var refused: UInt32 = 0
    public init() {}
  }

  private var buffers: ReceiveBuffers
  private let memory: Memory
  private var holders: HolderTable
  private var addresses = AddressTable()
  // Beyond the last client there is nothing of anybody's: an optional would be looked at word by word.
  private var clients: InlineArray<64, BufferSender>
  private var clientCount = 0
  private var everybody = ClientSet()
  // Whether clients ring when they return buffers; at first they do, as queues of zeroes ask for it.
  private var asks = true
  // How many buffers have to be out before it is worth a look which of them were returned.
  private let returnBatch: Int
  // Frames handed out before clients hear of it: copiers have returned them by the time we go on, so that a long row of
  // frames does not use up anybody's share.
  private let batch: Int
  // Clients with frames that they do not see yet.
  private var touched = ClientSet()

  /// Clients that broke the rules.
  public private(set) var quarantined = ClientSet()
  public private(set) var counters = Counters()

  /// Whether the driver gave an impossible index: then nothing is received any more.
  public var driverFaulted: Bool { buffers.faulted }

  /// Buffers in use: fewer than were asked for where the memory, or the words, are fewer.
  public var bufferCount: Int { buffers.count }

  /// - Parameters:
  ///   - memory: the device's receive buffers.
  ///   - holders: 8 bytes for each buffer.
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

  /// Takes the next client; false when there is no place left.
  @discardableResult public mutating func addClient(_ rings: NetRings) -> Bool {
    guard clientCount < Self.clientLimit else { return false }
    clients[clientCount] = BufferSender(rings)
    everybody.insert(clientCount)
    clientCount &+= 1
    holders.setClientCount(clientCount)
    return true
  }

  /// Frames to `address`, whose first byte on the wire is the lowest, are for `client`, who has been added;
  /// false when there is no place left.
  @discardableResult public mutating func addAddress(_ address: UInt64, client: Int) -> Bool {
    client >= 0 && client < clientCount && addresses.add(address, client: client)
  }

  /// Gives the driver all buffers to begin with.
  @inline(never) public mutating func start() -> Actions {
    for index in 0..<buffers.count { buffers.giveBackSeldom(index) }
    return finish()
  }

  /// Clients have returned buffers, or the driver has received frames, or both. Clients that there are not
  /// are ignored. At most a quarter of all buffers is handed out in one go: see `isUnfinished`.
  public mutating func ready(clients: ClientSet, driver: Bool) -> Actions {
    // Without frames those that have rung; with frames all, once enough buffers are out to be worth it.
    if !driver {
      collect(clients)
      return finish()
    }
    if holders.total >= returnBatch { collect(everybody) }
    buffers.look()
    var room = batch
    repeat {
      while room > 0, let descriptor = buffers.next() {
        deliver(descriptor)
        room &-= 1
      }
    } while room > 0 && !buffers.isExhausted()
    // Before the buffers go round: the driver's queue has a place for each buffer, and no more.
    if room == 0 { buffers.release() }
    var actions = finish()
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

  /// Those who may have one more buffer. All of them are found before the first gets it: what is returned is
  /// only looked at while nobody has a part of a frame that others are still to get.
  @inline(__always) private mutating func admitted(_ targets: ClientSet) -> ClientSet {
    var (rest, admitted) = (targets, ClientSet())
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

  /// Whom a frame is for.
  @inline(__always) private mutating func targets(of index: Int, length: Int) -> ClientSet {
    var targets = ClientSet()
    // Shorter than a header of Ethernet, or longer than the buffer.
    guard length >= 14, length <= NetBuffer.byteCount else {
      counters.refused &+= 1
      return targets
    }
    let offset = index &* NetBuffer.byteCount
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

  /// Whether the client has got the frame.
  @inline(__always)
  private mutating func send(_ index: Int, _ length: UInt16, to client: Int) -> Bool {
    // It may have been found out since.
    if quarantined.contains(client) { return false }
    let descriptor = NetDescriptor(
      address: UInt64(truncatingIfNeeded: index &* NetBuffer.byteCount), length: length)
    do throws(PeerFault) {
      guard try clients[client].active.enqueue(descriptor) else {
        counters.dropped &+= 1
        return false
      }
      holders.take(index, by: client)
      touched.insert(client)
      counters.delivered &+= 1
      return true
    } catch {
      quarantine(client)
      return false
    }
  }

  // MARK: From clients to the driver

  @inline(never) private mutating func collect(_ set: ClientSet) {
    var rest = set
    while let client = rest.popFirst() {
      if client >= clientCount || quarantined.contains(client) { continue }
      if !clients[client].collect(as: client, holders: &holders, buffers: &buffers) {
        quarantine(client)
      }
    }
  }

  /// Whether a client may have one more buffer once all that were returned are collected. Clients are shown
  /// what they have before: nobody can return what it has not been shown.
  @inline(never) private mutating func mayTakeAfterAll(_ client: Int, besides count: Int) -> Bool {
    var rest = touched
    while let other = rest.popFirst() { clients[other].active.publish() }
    collect(everybody)
    return !quarantined.contains(client) && holders.mayTake(client, besides: count)
  }

  /// Has every client ring when it returns buffers, as the driver is short of them; then looks once more
  /// whether they have.
  @inline(never) private mutating func ask() {
    asks = true
    var rest = everybody
    while let client = rest.popFirst() { clients[client].free.requestSignal() }
    collect(everybody)
  }

  @inline(never) private mutating func stopAsking() {
    asks = false
    var rest = everybody
    while let client = rest.popFirst() { clients[client].free.cancelSignal() }
  }

  @inline(never) private mutating func quarantine(_ client: Int) {
    quarantined.insert(client)
    for index in 0..<buffers.count where holders.release(index, by: client) {
      if holders.isWithDriver(index) { buffers.giveBackSeldom(index) }
    }
  }

  private mutating func finish() -> Actions {
    var actions = Actions()
    while let client = touched.popFirst() {
      if quarantined.contains(client) { continue }
      clients[client].active.publish()
      if clients[client].active.takeSignalRequest() {
        actions.notifyClients.insert(client)
      }
    }
    actions.notifyDriver = buffers.publish()
    // Otherwise what is returned is looked at with the next frame, which comes: a quarter of all buffers is with
    // the driver. That it wants some is a reason to ask earlier, and nothing depends on when we see it.
    if buffers.areWanted || holders.isShort {
      ask()
      if buffers.publish() { actions.notifyDriver = true }
    } else if asks {
      stopAsking()
    }
    return actions
  }
}

extension BufferSender {
  /// Takes what client `number` has returned. False where it returns what it does not have, or its index is
  /// impossible.
  fileprivate mutating func collect(
    as number: Int, holders: inout HolderTable, buffers: inout ReceiveBuffers
  ) -> Bool {
    do throws(PeerFault) {
      if try free.available() == 0 { return true }
    } catch {
      return false
    }
    while let descriptor = free.next() {
      guard let index = NetBuffer.index(at: descriptor.address, of: buffers.count),
        holders.release(index, by: number)
      else { return false }
      if holders.isWithDriver(index) { buffers.giveBack(index) }
    }
    free.release()
    return true
  }
}
