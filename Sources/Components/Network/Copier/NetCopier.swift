// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// The copier of one client: out of the device's receive buffers, which the client never sees, into buffers
/// of the client's own (sDDF 0.7.0, docs/network). Where the client has none left, the frame is dropped, so
/// that the device's buffers go back in any case.
public struct NetCopier: ~Copyable {
  public struct Actions: Equatable, Sendable {
    /// The virtualiser waits for buffers, and has some back now.
    public var notifyVirtualiser = false
    /// The client waits for frames, and there are some now.
    public var notifyClient = false
    public init() {}
  }

  public struct Counters: Equatable, Sendable {
    public var copied: UInt32 = 0
    /// Frames that the client had no buffer for.
    public var dropped: UInt32 = 0
    /// Descriptors of either side that cannot be.
    public var refused: UInt32 = 0
    public init() {}
  }

  private var virtualiser: BufferReceiver
  private var client: BufferSender
  // By the owner in a descriptor.
  private var received: InlineArray<64, MappedMemory?>
  private let target: MappedMemory
  private let targetCount: Int

  public private(set) var clientFaulted = false
  public private(set) var virtualiserFaulted = false
  public private(set) var counters = Counters()

  /// - Parameter target: the client's buffers, as many as its queue has places for, or fit.
  public init(virtualiser: NetRings, client: NetRings, target: MappedMemory, targetCount: Int) {
    self.virtualiser = BufferReceiver(virtualiser)
    self.client = BufferSender(client)
    self.target = target
    self.targetCount = min(max(targetCount, 0), target.byteCount / NetBuffer.byteCount)
    received = InlineArray { _ in nil }
  }

  /// Where frames come from whose descriptors say `owner`, 0 to 63.
  public mutating func addSource(_ memory: MappedMemory, owner: Int) {
    if owner >= 0, owner < 64 { received[owner] = memory }
  }

  /// Gives the client all its buffers to begin with: the queue of empty ones is filled here, as sDDF's
  /// copier does.
  public mutating func start() -> Actions {
    do throws(PeerFault) {
      var index = 0
      // Our own end of that queue takes, so that its other end is played once.
      var filler = RingProducer(client.free.queue)
      while index < targetCount {
        let address = UInt64(truncatingIfNeeded: index &* NetBuffer.byteCount)
        guard try filler.enqueue(NetDescriptor(address: address)) else { break }
        index &+= 1
      }
      filler.publish()
    } catch {
      clientFaulted = true
    }
    return ready()
  }

  /// The virtualiser has frames.
  public mutating func ready() -> Actions {
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
      } while try !virtualiser.active.isExhausted()
    } catch {
      virtualiserFaulted = true
    }
    // First, since the client may run, and return a buffer, before we go on, to a queue that has a place for
    // each buffer and no more.
    if returned { client.free.release() }
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
    if clientFaulted {
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
      // One that is wrong is lost to the client, and so is the frame.
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
      counters.dropped &+= 1
    }
  }
}
