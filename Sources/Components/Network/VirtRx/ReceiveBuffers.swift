// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The receive virtualiser's end of the driver's queues, and the buffers that go through them.
struct ReceiveBuffers: ~Copyable {
  private var driver: BufferReceiver
  /// Address of the first buffer as the device has it.
  private let ioAddress: UInt64
  let count: Int
  /// Whether the driver gave an impossible index: then it is left alone.
  private(set) var faulted = false
  private var gaveBack = false

  init(_ rings: NetRings, ioAddress: UInt64, count: Int) {
    driver = BufferReceiver(rings)
    self.ioAddress = ioAddress
    self.count = count
  }

  /// The next frame of those that were there at the last look.
  mutating func next() -> NetDescriptor? { driver.active.next() }

  /// Shows the driver that those which were taken have left the queue.
  mutating func release() { driver.active.release() }

  /// Looks whether there are frames.
  mutating func look() {
    do throws(PeerFault) {
      if !faulted { _ = try driver.active.available() }
    } catch {
      faulted = true
    }
  }

  /// Looks once more, and whether there are none: then the driver rings with the next one.
  mutating func isExhausted() -> Bool {
    if faulted { return true }
    do throws(PeerFault) {
      return try driver.active.isExhausted()
    } catch {
      faulted = true
      return true
    }
  }

  /// Which buffer begins at an address as the device has it; nil where none does.
  func index(at address: UInt64) -> Int? { NetBuffer.index(at: address &- ioAddress, of: count) }

  /// Out of line, for where it need not be fast.
  @inline(never) mutating func giveBackSeldom(_ index: Int) { giveBack(index) }

  @inline(__always) mutating func giveBack(_ index: Int) {
    if faulted { return }
    let address = ioAddress &+ UInt64(truncatingIfNeeded: index &* NetBuffer.byteCount)
    do throws(PeerFault) {
      // There is room for all buffers, unless the driver lies.
      if try !driver.free.enqueue(NetDescriptor(address: address)) { faulted = true }
    } catch {
      faulted = true
    }
    gaveBack = true
  }

  /// Whether the driver waits for buffers.
  var areWanted: Bool { mutating get { !faulted && driver.free.hasSignalRequest() } }

  /// Shows the driver what was given back; whether it wants to be told.
  mutating func publish() -> Bool {
    guard gaveBack else { return false }
    gaveBack = false
    driver.free.publish()
    return driver.free.takeSignalRequest()
  }
}
