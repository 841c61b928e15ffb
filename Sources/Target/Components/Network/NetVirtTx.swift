// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// The transmit virtualiser: clients' frames into the driver's one queue, and their buffers back (sDDF 0.7.0,
/// docs/network). Every field of a descriptor is checked: what is wrong goes back to the client, and is counted.
///
/// A client whose index is impossible, or that sends a buffer which the driver has already, is quarantined:
/// nothing of it is sent any more, and the others go on. The driver is only asked for a signal about sent
/// buffers when a client is out of them; so a client that is has to ask (`requestSignal`) and ring.
public struct NetVirtTx<Memory: DMAMemory>: ~Copyable {
  /// Clients are numbered from 0 as they are added; at most this many.
  public static var clientLimit: Int { 64 }

  public struct Actions: Equatable, Sendable {
    /// There are more frames to send, and the driver waits for them.
    public var notifyDriver = false
    /// Clients that wait for buffers, and have some back now.
    public var notifyClients = ClientSet()
    public init() {}
  }

  public struct Counters: Equatable, Sendable {
    public var sent: UInt32 = 0
    /// Descriptors of clients, and of the driver, that cannot be.
    public var refused: UInt32 = 0
    public init() {}
  }

  private var driver: BufferSender
  private var clients: InlineArray<64, BufferReceiver?>
  private var clientCount = 0
  private var regions = TransmitRegions<Memory>()
  private var started = ClientSet()
  private var touched = ClientSet()
  private var added = false

  public private(set) var quarantined = ClientSet()
  /// Whether the driver gave an impossible index: then nothing is sent any more.
  public private(set) var driverFaulted = false
  public private(set) var counters = Counters()

  public init(driver: NetRings) {
    self.driver = BufferSender(driver)
    clients = InlineArray { _ in nil }
  }

  /// Takes the next client; false when there is no place left.
  @discardableResult public mutating func addClient(_ rings: NetRings) -> Bool {
    guard clientCount < Self.clientLimit else { return false }
    clients[clientCount] = BufferReceiver(rings)
    clientCount &+= 1
    return true
  }

  /// Memory that `client` sends from and calls `owner` in its descriptors; false where there is no place left,
  /// or the memory is shorter than its buffers.
  public mutating func addRegion(
    _ memory: Memory, ioAddress: UInt64, bufferCount: Int, client: Int, owner: Int
  ) -> Bool {
    regions.add(
      memory, ioAddress: ioAddress, bufferCount: bufferCount, client: client, owner: owner)
  }

  /// What clients have queued before we started.
  public mutating func start() -> Actions {
    for client in 0..<clientCount { send(client) }
    return finish()
  }

  /// The driver has sent frames.
  public mutating func driverReady() -> Actions { finish() }

  /// A client has frames to send, or waits for buffers. Numbers of no client are ignored.
  public mutating func clientReady(_ client: Int) -> Actions {
    if client >= 0, client < clientCount { send(client) }
    return finish()
  }

  // MARK: From clients to the driver

  private mutating func send(_ client: Int) {
    if quarantined.contains(client) || driverFaulted { return }
    do throws(PeerFault) {
      while true {
        while let descriptor = try clients[client]?.active.dequeue() ?? nil {
          if !started.contains(client) {
            // Whoever sends has filled its queue of empty buffers before.
            clients[client]?.free.adoptPosition()
            started.insert(client)
          }
          if !pass(descriptor, of: client) { return }
        }
        clients[client]?.active.requestSignal()
        if try clients[client]?.active.available() ?? 0 == 0 { return }
        clients[client]?.active.cancelSignal()
      }
    } catch {
      quarantined.insert(client)
    }
  }

  /// False where the client is not to be served further.
  private mutating func pass(_ descriptor: NetDescriptor, of client: Int) -> Bool {
    let length = Int(descriptor.length)
    guard length > 0, length <= NetBuffer.byteCount,
      let region = regions.find(client: client, owner: descriptor.owner),
      let buffer = NetBuffer.index(at: descriptor.address, of: region.bufferCount)
    else {
      counters.refused &+= 1
      return handBack(descriptor, to: client)
    }
    guard regions.take(region, buffer) else {
      counters.refused &+= 1
      quarantined.insert(client)
      return false
    }
    region.memory.clean(buffer &* NetBuffer.byteCount, count: length)
    let passed = NetDescriptor(
      address: region.ioAddress &+ descriptor.address, length: descriptor.length)
    do throws(PeerFault) {
      // There is room for all buffers, unless the driver lies.
      guard try driver.active.enqueue(passed) else {
        driverFaulted = true
        return false
      }
    } catch {
      driverFaulted = true
      return false
    }
    added = true
    counters.sent &+= 1
    return true
  }

  // MARK: From the driver to clients

  private mutating func returnBuffers() {
    do throws(PeerFault) {
      while let descriptor = try driver.free.dequeue() {
        guard let (region, buffer) = regions.find(ioAddress: descriptor.address),
          regions.release(region, buffer)
        else {
          counters.refused &+= 1
          continue
        }
        let back = NetDescriptor(
          address: UInt64(truncatingIfNeeded: buffer &* NetBuffer.byteCount), owner: region.owner)
        _ = handBack(back, to: Int(region.client))
      }
      driver.free.release()
    } catch {
      driverFaulted = true
    }
  }

  private mutating func handBack(_ descriptor: NetDescriptor, to client: Int) -> Bool {
    if quarantined.contains(client) { return false }
    do throws(PeerFault) {
      // A client that has filled its own free queue loses the buffer.
      if try clients[client]?.free.enqueue(descriptor) == true { touched.insert(client) }
      return true
    } catch {
      quarantined.insert(client)
      return false
    }
  }

  /// Whether some client waits for buffers.
  private mutating func isAwaited() -> Bool {
    for client in 0..<clientCount where !quarantined.contains(client) {
      if clients[client]?.free.hasSignalRequest() == true { return true }
    }
    return false
  }

  private mutating func finish() -> Actions {
    var actions = Actions()
    if !driverFaulted {
      returnBuffers()
      publishReturned(&actions)
      // Asking first, then looking again: as `Drain` has it.
      if isAwaited() {
        driver.free.requestSignal()
        returnBuffers()
        publishReturned(&actions)
      } else {
        driver.free.cancelSignal()
      }
    }
    publishReturned(&actions)
    if added {
      added = false
      driver.active.publish()
      actions.notifyDriver = driver.active.takeSignalRequest()
    }
    return actions
  }

  private mutating func publishReturned(_ actions: inout Actions) {
    var rest = touched
    touched = ClientSet()
    while let client = rest.popFirst() {
      clients[client]?.free.publish()
      if clients[client]?.free.takeSignalRequest() == true { actions.notifyClients.insert(client) }
    }
  }
}
