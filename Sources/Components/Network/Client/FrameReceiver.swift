// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DMA
import Rings

/// A network client's end towards its copier: frames in, in buffers of the client's own that the copier has
/// filled (sDDF 0.7.0, docs/network).
public struct FrameReceiver: ~Copyable {
  /// A frame that is ours until it is given back: where it lies in `memory`, in bytes.
  public struct Frame: Equatable, Sendable {
    public let offset: Int
    public let count: Int
  }

  private var copier: BufferReceiver
  /// Where frames lie.
  public let memory: MappedMemory
  private let bufferCount: Int
  // The copier fills our queue of empty buffers, perhaps after we began; with the first frame it has.
  private var hasStarted = false

  /// Descriptors that cannot be; wraps.
  public private(set) var refused: UInt32 = 0
  /// Whether the copier gave an impossible index: then nothing comes any more.
  public private(set) var copierFaulted = false

  /// - Parameter bufferCount: buffers of 2,048 bytes that the copier was given; no more than fit.
  public init(_ rings: NetRings, memory: MappedMemory, bufferCount: Int) {
    copier = BufferReceiver(rings)
    self.memory = memory
    self.bufferCount = min(max(bufferCount, 0), memory.byteCount / NetBuffer.byteCount)
  }

  /// The next frame; nil when there is none.
  @inline(__always)
  public mutating func next() -> Frame? {
    if copierFaulted { return nil }
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
      copierFaulted = true
    }
    return nil
  }

  /// Gives a frame's buffer back. The copier sees it after `publish`.
  @inline(__always)
  public mutating func giveBack(_ frame: Frame) {
    if copierFaulted { return }
    let empty = NetDescriptor(address: UInt64(truncatingIfNeeded: frame.offset))
    do throws(PeerFault) {
      // There is room for every buffer, unless the copier lies; then the buffer is lost.
      if try !copier.free.enqueue(empty) { refused &+= 1 }
    } catch {
      copierFaulted = true
    }
  }

  /// Hands over what was given back. Whether the copier waits for it, and has to be notified.
  public mutating func publish() -> Bool {
    if !hasStarted { return false }
    copier.active.release()
    copier.free.publish()
    return copier.free.takeSignalRequest()
  }

  /// Asks to be notified of the next frame. False where there is one already, and none will come for it.
  public mutating func sleep() -> Bool {
    if copierFaulted { return true }
    do throws(PeerFault) {
      copier.active.requestSignal()
      if try copier.active.available() == 0 { return true }
      copier.active.cancelSignal()
      return false
    } catch {
      copierFaulted = true
      return true
    }
  }
}
