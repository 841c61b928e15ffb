// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The receive virtualiser's end of the driver's queues, and the buffers that pass through them.
struct ReceiveBuffers: ~Copyable {
  private var driver: BufferReceiver
  /// Bus address of the first buffer.
  private let ioAddress: UInt64
  let count: Int
  /// Whether the driver wrote an impossible index. From then on its queues are not used.
  private(set) var faulted = false
  private var gaveBack = false

  init(_ rings: NetRings, ioAddress: UInt64, count: Int) {
    driver = BufferReceiver(rings)
    self.ioAddress = ioAddress
    self.count = count
  }

  /// The next frame that `checkForFrames` or `requestSignalIfEmpty` found.
  mutating func next() -> NetDescriptor? { driver.active.next() }

  /// Returns the slots of the frames taken to the driver.
  mutating func release() { driver.active.release() }

  /// Reads the driver's index, so that `next` returns the frames received since.
  mutating func checkForFrames() {
    do throws(PeerFault) {
      if !faulted { _ = try driver.active.available() }
    } catch {
      faulted = true
    }
  }

  /// True if there are no more frames: the driver will notify us of the next one.
  mutating func requestSignalIfEmpty() -> Bool {
    if faulted { return true }
    do throws(PeerFault) {
      return try driver.active.requestSignalIfEmpty()
    } catch {
      faulted = true
      return true
    }
  }

  /// The index of the buffer at a bus address; nil if none begins there.
  func index(at address: UInt64) -> Int? { NetBuffer.index(at: address &- ioAddress, of: count) }

  /// `giveBack` out of line, for paths that are rare.
  @inline(never) mutating func giveBackSeldom(_ index: Int) { giveBack(index) }

  /// Queues an empty buffer for the driver, which sees it after `publish`.
  @inline(__always) mutating func giveBack(_ index: Int) {
    if faulted { return }
    let address = ioAddress &+ UInt64(truncatingIfNeeded: index &* NetBuffer.byteCount)
    do throws(PeerFault) {
      // The queue has a slot for every buffer, so it is full only if the driver broke the protocol.
      if try !driver.free.enqueue(NetDescriptor(address: address)) { faulted = true }
    } catch {
      faulted = true
    }
    gaveBack = true
  }

  /// Whether the driver has requested a signal about empty buffers.
  var areWanted: Bool { mutating get { !faulted && driver.free.hasSignalRequest() } }

  /// Hands over the buffers given back. True if the driver must be notified.
  mutating func publish() -> Bool {
    guard gaveBack else { return false }
    gaveBack = false
    driver.free.publish()
    return driver.free.takeSignalRequest()
  }
}

#if !hasFeature(Embedded)
  extension ReceiveBuffers {
    /// What is wrong between two calls of the virtualiser; nil if nothing is. For tests.
    func checkInvariants() -> String? {
      gaveBack && !faulted ? "returned buffers are not published" : driver.checkInvariants()
    }
  }
#endif
