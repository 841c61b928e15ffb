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

  private var driver: BufferReceiver
  private let memory: Memory
  /// Address of the memory's first byte as the device has it.
  private let ioAddress: UInt64
  private let bufferCount: Int
  private var holders: HolderTable
  private var addresses = AddressTable()
  private var clients: InlineArray<64, BufferSender?>
  private var clientCount = 0
  private var touched = ClientSet()
  private var gaveBack = false

  /// Clients that broke the rules.
  public private(set) var quarantined = ClientSet()
  /// Whether the driver gave an impossible index: then nothing is received any more.
  public private(set) var driverFaulted = false
  public private(set) var counters = Counters()

  /// - Parameters:
  ///   - memory: the device's receive buffers; as many as fit are used.
  ///   - holders: 8 bytes for each buffer; nil of this where it has less.
  public init?(
    driver: NetRings, memory: Memory, ioAddress: UInt64, bufferCount: Int, holders: SharedWords
  ) {
    guard bufferCount > 0, memory.byteCount / NetBuffer.byteCount >= bufferCount,
      let table = HolderTable(holders, bufferCount: bufferCount)
    else { return nil }
    self.driver = BufferReceiver(driver)
    self.memory = memory
    self.ioAddress = ioAddress
    self.bufferCount = bufferCount
    self.holders = table
    clients = InlineArray { _ in nil }
  }

  /// Takes the next client; false when there is no place left.
  @discardableResult public mutating func addClient(_ rings: NetRings) -> Bool {
    guard clientCount < Self.clientLimit else { return false }
    clients[clientCount] = BufferSender(rings)
    clientCount &+= 1
    holders.clientCount = clientCount
    return true
  }

  /// Frames to `address`, whose first byte on the wire is the lowest, are for `client`; false when there is no
  /// place left.
  @discardableResult public mutating func addAddress(_ address: UInt64, client: Int) -> Bool {
    addresses.add(address, client: client)
  }

  /// Gives the driver all buffers to begin with.
  public mutating func start() -> Actions {
    for index in 0..<bufferCount { giveBack(index) }
    return finish()
  }

  /// The driver has received frames.
  public mutating func driverReady() -> Actions {
    touched = ClientSet()
    if !driverFaulted {
      do throws(PeerFault) { try deliverAll() } catch { driverFaulted = true }
    }
    return finish()
  }

  /// A client has returned buffers. Numbers of no client are ignored.
  public mutating func clientReady(_ client: Int) -> Actions {
    touched = ClientSet()
    if client >= 0, client < clientCount, !quarantined.contains(client) { collect(client) }
    return finish()
  }

  // MARK: From the driver to clients

  private mutating func deliverAll() throws(PeerFault) {
    while true {
      while let descriptor = try driver.active.dequeue() { deliver(descriptor) }
      driver.active.requestSignal()
      if try driver.active.available() == 0 { return }
      driver.active.cancelSignal()
    }
  }

  private mutating func deliver(_ descriptor: NetDescriptor) {
    guard let index = NetBuffer.index(at: descriptor.address &- ioAddress, of: bufferCount),
      holders.isWithDriver(index)
    else {
      counters.refused &+= 1
      return
    }
    let length = Int(descriptor.length)
    // Shorter than a header of Ethernet, or longer than the buffer.
    guard length >= 14, length <= NetBuffer.byteCount else {
      counters.refused &+= 1
      return giveBack(index)
    }
    let offset = index &* NetBuffer.byteCount
    memory.cleanAndInvalidate(offset, count: length)
    let destination = memory.load64(at: offset) & AddressTable.broadcast
    if let client = addresses.client(of: destination) {
      send(index, descriptor.length, to: client)
    } else if destination == AddressTable.broadcast {
      for client in 0..<clientCount { send(index, descriptor.length, to: client) }
    } else {
      counters.unwanted &+= 1
    }
    if holders.isWithDriver(index) { giveBack(index) }
  }

  private mutating func send(_ index: Int, _ length: UInt16, to client: Int) {
    if quarantined.contains(client) { return }
    guard holders.mayTake(client) else {
      counters.dropped &+= 1
      return
    }
    let descriptor = NetDescriptor(
      address: UInt64(truncatingIfNeeded: index &* NetBuffer.byteCount), length: length)
    do throws(PeerFault) {
      if try clients[client]?.active.enqueue(descriptor) == true {
        holders.take(index, by: client)
        touched.insert(client)
        counters.delivered &+= 1
      } else {
        counters.dropped &+= 1
      }
    } catch {
      quarantine(client)
    }
  }

  // MARK: From clients to the driver

  private mutating func collect(_ client: Int) {
    do throws(PeerFault) {
      while true {
        while let descriptor = try clients[client]?.free.dequeue() ?? nil {
          guard let index = NetBuffer.index(at: descriptor.address, of: bufferCount),
            holders.release(index, by: client)
          else { return quarantine(client) }
          if holders.isWithDriver(index) { giveBack(index) }
        }
        clients[client]?.free.requestSignal()
        if try clients[client]?.free.available() ?? 0 == 0 { return }
        clients[client]?.free.cancelSignal()
      }
    } catch {
      quarantine(client)
    }
  }

  private mutating func quarantine(_ client: Int) {
    quarantined.insert(client)
    for index in 0..<bufferCount where holders.release(index, by: client) {
      if holders.isWithDriver(index) { giveBack(index) }
    }
  }

  private mutating func giveBack(_ index: Int) {
    if driverFaulted { return }
    let address = ioAddress &+ UInt64(truncatingIfNeeded: index &* NetBuffer.byteCount)
    do throws(PeerFault) {
      // There is room for all buffers, unless the driver lies.
      if try !driver.free.enqueue(NetDescriptor(address: address)) { driverFaulted = true }
    } catch {
      driverFaulted = true
    }
    gaveBack = true
  }

  private mutating func finish() -> Actions {
    var actions = Actions()
    var rest = touched
    while let client = rest.popFirst() {
      clients[client]?.active.publish()
      if clients[client]?.active.takeSignalRequest() == true {
        actions.notifyClients.insert(client)
      }
    }
    if gaveBack {
      gaveBack = false
      driver.free.publish()
      actions.notifyDriver = driver.free.takeSignalRequest()
    }
    return actions
  }
}
