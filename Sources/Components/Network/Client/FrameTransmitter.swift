// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// A network client's end towards the transmit virtualiser: frames out, written into buffers of the client's
/// own (sDDF 0.7.0, docs/network).
public struct FrameTransmitter: ~Copyable {
  private var virtualiser: BufferSender
  private let memory: MappedMemory
  private let bufferCount: Int
  private var hasAdded = false
  private var isShort = false

  /// Descriptors that cannot be; wraps.
  public private(set) var refused: UInt32 = 0
  /// Whether the virtualiser gave an impossible index: then nothing is sent any more.
  public private(set) var virtualiserFaulted = false

  /// Fills the queue of empty buffers, whose other end the virtualiser takes over with the first frame.
  ///
  /// - Parameter bufferCount: buffers of 2,048 bytes; no more than fit into the memory and the queue.
  public init(_ rings: NetRings, memory: MappedMemory, bufferCount: Int) {
    virtualiser = BufferSender(rings)
    self.memory = memory
    self.bufferCount = min(max(bufferCount, 0), memory.byteCount / NetBuffer.byteCount)
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
      virtualiserFaulted = true
    }
  }

  /// Lends `write` a buffer of `byteCount` bytes and queues it. False, and `write` is not called, when there is
  /// no empty buffer, or none has that much room.
  @inline(__always)
  public mutating func send(_ byteCount: Int, _ write: (inout MutableRawSpan) -> Void) -> Bool {
    guard byteCount > 0, byteCount <= NetBuffer.byteCount, let offset = takeBuffer(),
      memory.withMutableBytes(offset, count: byteCount, write)
    else { return false }
    let full = NetDescriptor(
      address: UInt64(truncatingIfNeeded: offset), length: UInt16(truncatingIfNeeded: byteCount))
    do throws(PeerFault) {
      // There is room for every buffer, unless the virtualiser lies; then the buffer is lost.
      guard try virtualiser.active.enqueue(full) else {
        refused &+= 1
        return false
      }
    } catch {
      virtualiserFaulted = true
      return false
    }
    hasAdded = true
    return true
  }

  @inline(__always)
  private mutating func takeBuffer() -> Int? {
    if virtualiserFaulted { return nil }
    do throws(PeerFault) {
      while let descriptor = try virtualiser.free.dequeue() {
        if let index = NetBuffer.index(at: descriptor.address, of: bufferCount) {
          return index &* NetBuffer.byteCount
        }
        refused &+= 1
      }
    } catch {
      virtualiserFaulted = true
    }
    isShort = true
    return nil
  }

  /// What `publish` asks of its caller.
  public struct Actions: Equatable, Sendable {
    public var notifyVirtualiser = false
    /// Empty buffers have come back since `send` found none: what is waiting can be sent now.
    public var mayRetry = false
    public init() {}
  }

  /// Hands over what was sent. When buffers have run out, the virtualiser is asked to notify us of the next.
  public mutating func publish() -> Actions {
    var actions = Actions()
    if virtualiserFaulted { return actions }
    if hasAdded {
      hasAdded = false
      virtualiser.active.publish()
      actions.notifyVirtualiser = virtualiser.active.takeSignalRequest()
    }
    virtualiser.free.release()
    if isShort {
      isShort = false
      do throws(PeerFault) {
        virtualiser.free.requestSignal()
        if try virtualiser.free.available() > 0 {
          virtualiser.free.cancelSignal()
          actions.mayRetry = true
        } else {
          // It asks the driver for them only when it hears that somebody waits.
          actions.notifyVirtualiser = true
        }
      } catch {
        virtualiserFaulted = true
      }
    }
    return actions
  }
}
