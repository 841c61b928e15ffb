// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// A network client's connection to the transmit virtualiser (sDDF 0.7.0, docs/network): sends frames, written into the
/// client's own buffers.
public struct FrameTransmitter: ~Copyable {
  private let rings: NetRings
  private var virtualiser: BufferSender
  // Whether the queues may not be used, because the virtualiser begins again or has faulted. There are no empty buffers.
  private var isAway = false
  private let memory: MappedMemory
  private let bufferCount: Int
  // Whether frames were queued and not published.
  private var hasAdded = false
  // Whether a send found no empty buffer since the last `publish`.
  private var isShort = false

  /// Invalid descriptors; wraps.
  public private(set) var refused: UInt32 = 0
  /// Whether the virtualiser wrote an impossible index: nothing is sent any more.
  public private(set) var virtualiserFaulted = false

  /// Fills the queue of empty buffers. We are its consumer; the virtualiser takes over as its producer with the first
  /// frame.
  ///
  /// - Parameters:
  ///   - bufferCount: buffers of 2,048 bytes; limited to those that fit into the memory and the queue.
  ///   - isConnected: false if the queues may not be used before `reconnect`.
  public init(
    _ rings: NetRings, memory: MappedMemory, bufferCount: Int, isConnected: Bool = true
  ) {
    isAway = !isConnected
    self.rings = rings
    virtualiser = BufferSender(rings)
    self.memory = memory
    self.bufferCount = min(max(bufferCount, 0), memory.byteCount / NetBuffer.byteCount)
    if !isAway { fill() }
  }

  private mutating func fill() {
    var filler = RingProducer(rings.free)
    do throws(PeerFault) {
      var index = 0
      while index < self.bufferCount {
        let address = UInt64(truncatingIfNeeded: index &* NetBuffer.byteCount)
        guard try filler.enqueue(NetDescriptor(address: address)) else { break }
        index &+= 1
      }
      filler.publish()
    } catch {
      (virtualiserFaulted, isAway) = (true, true)
    }
  }

  /// The virtualiser begins again: nothing is sent until `reconnect`.
  public mutating func disconnect() { isAway = true }

  /// Uses the queues, which are empty, from the beginning. All buffers are empty: what was in others is lost.
  public mutating func reconnect() {
    virtualiser = BufferSender(rings)
    isAway = false
    hasAdded = false
    virtualiserFaulted = false
    fill()
  }

  /// Lends `write` an empty buffer of `byteCount` bytes, and queues it as a frame. False, without calling `write`, if
  /// there is no empty buffer, or `byteCount` is not between 1 and 2,048.
  @inline(__always)
  public mutating func send(_ byteCount: Int, _ write: (inout MutableRawSpan) -> Void) -> Bool {
    guard byteCount > 0, byteCount <= NetBuffer.byteCount, let offset = takeBuffer(),
      memory.withMutableBytes(offset, count: byteCount, write)
    else { return false }
    let full = NetDescriptor(
      address: UInt64(truncatingIfNeeded: offset), length: UInt16(truncatingIfNeeded: byteCount))
    do throws(PeerFault) {
      // The queue has a slot for every buffer. If the virtualiser broke the protocol and it is full, the buffer is lost.
      guard try virtualiser.active.enqueue(full) else {
        refused &+= 1
        return false
      }
    } catch {
      (virtualiserFaulted, isAway) = (true, true)
      return false
    }
    hasAdded = true
    return true
  }

  @inline(__always)
  private mutating func takeBuffer() -> Int? {
    if isAway { return nil }
    do throws(PeerFault) {
      while let descriptor = try virtualiser.free.dequeue() {
        if let index = NetBuffer.index(at: descriptor.address, of: bufferCount) {
          return index &* NetBuffer.byteCount
        }
        refused &+= 1
      }
    } catch {
      (virtualiserFaulted, isAway) = (true, true)
    }
    isShort = true
    return nil
  }

  /// What the caller has to do after `publish`.
  public struct Actions: Equatable, Sendable {
    /// Notify the virtualiser.
    public var notifyVirtualiser = false
    /// Empty buffers have come back since `send` found none: waiting frames can be sent now.
    public var mayRetry = false
    /// Nothing to do.
    public init() {}
  }

  /// Hands over the queued frames. If buffers have run out, requests a notification of returned ones.
  public mutating func publish() -> Actions {
    var actions = Actions()
    if isAway { return actions }
    if hasAdded {
      hasAdded = false
      virtualiser.active.publish()
      actions.notifyVirtualiser = virtualiser.active.takeSignalRequest()
    }
    virtualiser.free.release()
    if isShort {
      isShort = false
      do throws(PeerFault) {
        if try virtualiser.free.requestSignalIfEmpty() {
          // The virtualiser asks the driver for sent buffers only once it knows that a client waits.
          actions.notifyVirtualiser = true
        } else {
          actions.mayRetry = true
        }
      } catch {
        (virtualiserFaulted, isAway) = (true, true)
      }
    }
    return actions
  }
}
