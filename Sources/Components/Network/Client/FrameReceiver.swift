// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// A network client's connection to its copier (sDDF 0.7.0, docs/network): receives frames in the client's own buffers,
/// which the copier has filled.
public struct FrameReceiver: ~Copyable {
  /// A received frame, which the client owns until `giveBack`.
  public struct Frame: Equatable, Sendable {
    /// Offset in bytes in `memory`.
    public let offset: Int
    /// Length in bytes.
    public let count: Int
  }

  private let rings: NetRings
  private var copier: BufferReceiver
  // Whether the queues may not be used, because the copier begins again or has faulted. There are no frames.
  private var isAway = false
  /// The client's buffers.
  public let memory: MappedMemory
  private let bufferCount: Int
  // Whether a frame has come. The copier fills our queue of empty buffers, possibly after our start but before the first
  // frame, so that is when we adopt its index.
  private var hasStarted = false

  /// Invalid descriptors; wraps.
  public private(set) var refused: UInt32 = 0
  /// Whether the copier wrote an impossible index: nothing is received any more.
  public private(set) var copierFaulted = false

  /// - Parameters:
  ///   - bufferCount: buffers of 2,048 bytes in `memory`; limited to those that fit.
  ///   - isConnected: false if the queues may not be used before `reconnect`.
  public init(
    _ rings: NetRings, memory: MappedMemory, bufferCount: Int, isConnected: Bool = true
  ) {
    isAway = !isConnected
    self.rings = rings
    copier = BufferReceiver(rings)
    self.memory = memory
    self.bufferCount = min(max(bufferCount, 0), memory.byteCount / NetBuffer.byteCount)
  }

  /// The copier begins again: there are no frames until `reconnect`. No frame may be held.
  public mutating func disconnect() { isAway = true }

  /// Uses the queues, which are empty, from the beginning.
  public mutating func reconnect() {
    copier = BufferReceiver(rings)
    isAway = false
    hasStarted = false
    copierFaulted = false
  }

  /// The next frame; nil if there is none.
  @inline(__always)
  public mutating func next() -> Frame? {
    if isAway { return nil }
    do throws(PeerFault) {
      while let descriptor = try copier.active.dequeue() {
        if !hasStarted {
          copier.free.adoptPosition()
          hasStarted = true
        }
        let count = Int(descriptor.length)
        if let index = NetBuffer.index(at: descriptor.address, of: bufferCount),
          count <= NetBuffer.byteCount
        {
          return Frame(offset: index &* NetBuffer.byteCount, count: count)
        }
        refused &+= 1
      }
    } catch {
      (copierFaulted, isAway) = (true, true)
    }
    return nil
  }

  /// Returns a frame's buffer. The copier sees it after `publish`.
  @inline(__always)
  public mutating func giveBack(_ frame: Frame) {
    if isAway { return }
    let empty = NetDescriptor(address: UInt64(truncatingIfNeeded: frame.offset))
    do throws(PeerFault) {
      // The queue has a slot for every buffer. If the copier broke the protocol and it is full, the buffer is lost.
      if try !copier.free.enqueue(empty) { refused &+= 1 }
    } catch {
      (copierFaulted, isAway) = (true, true)
    }
  }

  /// Hands over the buffers given back. True if the copier waits for them and must be notified.
  public mutating func publish() -> Bool {
    if !hasStarted || isAway { return false }
    copier.active.release()
    copier.free.publish()
    return copier.free.takeSignalRequest()
  }

  /// Requests a notification of the next frame. False if there is a frame already: no notification will come for it.
  public mutating func requestSignalIfEmpty() -> Bool {
    if isAway { return true }
    do throws(PeerFault) {
      return try copier.active.requestSignalIfEmpty()
    } catch {
      (copierFaulted, isAway) = (true, true)
      return true
    }
  }
}
