// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// The copier of one client (sDDF 0.7.0, docs/network): copies frames from the device's receive buffers, which the client
/// cannot access, into the client's own buffers. Without an empty client buffer it drops the frame, so device buffers
/// always return.
public struct NetCopier: ~Copyable {
  /// What the caller has to do after an event.
  public struct Actions: Equatable, Sendable {
    /// Notify the virtualiser: it waits for buffers, and some were returned.
    public var notifyVirtualiser = false
    /// Notify the client: it waits for frames, and some were copied.
    public var notifyClient = false
    /// Nothing to do.
    public init() {}
  }

  /// What happened to frames since the start. All counters wrap.
  public struct Counters: Equatable, Sendable {
    /// Frames copied to the client.
    public var copied: UInt32 = 0
    /// Frames dropped for want of an empty client buffer.
    public var dropped: UInt32 = 0
    /// Invalid descriptors from either side.
    public var refused: UInt32 = 0
    /// All zero.
    public init() {}
  }

  private var virtualiser: BufferReceiver
  private let clientRings: NetRings
  private var client: BufferSender
  // Whether the client's queues may not be used, because it begins again or has faulted. Its frames are dropped.
  private var isAway = true
  // Source memory by the owner number in a descriptor.
  private var received: InlineArray<64, MappedMemory?>
  private let target: MappedMemory
  private let targetCount: Int

  /// Whether the client wrote an impossible index: its frames are dropped.
  public private(set) var clientFaulted = false
  /// Whether the virtualiser wrote an impossible index: nothing is copied any more.
  public private(set) var virtualiserFaulted = false
  /// Counters for inspection and tests.
  public private(set) var counters = Counters()

  /// - Parameters:
  ///   - target: memory of the client's buffers.
  ///   - targetCount: number of its buffers; limited to those that fit.
  public init(virtualiser: NetRings, client: NetRings, target: MappedMemory, targetCount: Int) {
    self.virtualiser = BufferReceiver(virtualiser)
    clientRings = client
    self.client = BufferSender(client)
    self.target = target
    self.targetCount = min(max(targetCount, 0), target.byteCount / NetBuffer.byteCount)
    received = InlineArray { _ in nil }
  }

  /// Sets the memory of frames whose descriptors have this `owner`, 0 to 63.
  public mutating func addSource(_ memory: MappedMemory, owner: Int) {
    if owner >= 0, owner < 64 { received[owner] = memory }
  }

  /// The client begins again: its queues are not used until `start`, and its frames are dropped.
  public mutating func disconnect() { isAway = true }

  /// Fills the client's queue of empty buffers, as sDDF's copier does, and copies frames that are already queued. At the start, and
  /// after the client has reset its queues.
  public mutating func start() -> Actions {
    client = BufferSender(clientRings)
    isAway = false
    clientFaulted = false
    do throws(PeerFault) {
      var index = 0
      // We are the consumer of that queue, and act as its producer once. The client adopts the index with its first
      // frame.
      var filler = RingProducer(client.free.queue)
      while index < targetCount {
        let address = UInt64(truncatingIfNeeded: index &* NetBuffer.byteCount)
        guard try filler.enqueue(NetDescriptor(address: address)) else { break }
        index &+= 1
      }
      filler.publish()
    } catch {
      clientFaulted = true
      isAway = true
    }
    return copyFrames()
  }

  /// Copies every frame that the virtualiser has queued.
  public mutating func copyFrames() -> Actions {
    var actions = Actions()
    if virtualiserFaulted { return actions }
    let copiedBefore = counters.copied
    var returned = false
    do throws(PeerFault) {
      _ = try virtualiser.active.available()
      repeat {
        while let descriptor = virtualiser.active.next() {
          copy(descriptor)
          if try !virtualiser.free.enqueue(descriptor) { throw .beyondCapacity }
          returned = true
        }
      } while try !virtualiser.active.requestSignalIfEmpty()
    } catch {
      virtualiserFaulted = true
    }
    // Release the client's slots before it can see the frames: on another core it may return a buffer at once, into a
    // queue that has one slot for each buffer.
    if returned, !isAway { client.free.release() }
    if counters.copied != copiedBefore {
      client.active.publish()
      actions.notifyClient = client.active.takeSignalRequest()
    }
    if returned {
      virtualiser.free.publish()
      actions.notifyVirtualiser = virtualiser.free.takeSignalRequest()
    }
    return actions
  }

  @inline(__always) private mutating func copy(_ descriptor: NetDescriptor) {
    if isAway {
      counters.dropped &+= 1
      return
    }
    let count = Int(descriptor.length)
    guard count <= NetBuffer.byteCount, let offset = Int(exactly: descriptor.address),
      let memory = received[Int(descriptor.owner & 63)]
    else {
      counters.refused &+= 1
      return
    }
    do throws(PeerFault) {
      guard let buffer = try client.free.dequeue() else {
        counters.dropped &+= 1
        return
      }
      // An invalid buffer is lost to the client, and the frame with it.
      guard let index = NetBuffer.index(at: buffer.address, of: targetCount),
        memory.copy(offset, count: count, to: target, at: index &* NetBuffer.byteCount)
      else {
        counters.refused &+= 1
        return
      }
      let full = NetDescriptor(address: buffer.address, length: descriptor.length)
      if try client.active.enqueue(full) {
        counters.copied &+= 1
      } else {
        counters.dropped &+= 1
      }
    } catch {
      clientFaulted = true
      isAway = true
      counters.dropped &+= 1
    }
  }
}
