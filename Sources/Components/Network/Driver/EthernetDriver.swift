// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The ethernet driver between a card and the two virtualisers (sDDF 0.7.0, docs/network): empty buffers come
/// in one pair of queues and go out full, full ones come in the other and go out empty. Buffers are lent to
/// the card; nothing is copied.
///
/// A virtualiser whose index is impossible loses its direction until the driver is restarted; the other
/// direction goes on.
public struct EthernetDriver<Device: EthernetDevice & ~Copyable>: ~Copyable {
  public struct Actions: Equatable, Sendable {
    /// The receive virtualiser waits for frames, and there are some now.
    public var notifyReceive = false
    /// The transmit virtualiser waits for buffers, and has some back now.
    public var notifyTransmit = false
    /// As many frames have come as there are places for, and there may be more: `ready` is to be called for them,
    /// after others of our priority.
    public var isUnfinished = false
    public init() {}
  }

  public struct Counters: Equatable, Sendable {
    public var received: UInt32 = 0
    public var sent: UInt32 = 0
    /// Frames that the virtualiser's queue had no place for.
    public var dropped: UInt32 = 0
    /// Buffers that the card cannot reach, and frames that are too long for it.
    public var refused: UInt32 = 0
    /// How often the link has come or gone.
    public var linkChanges: UInt32 = 0
    public init() {}
  }

  private var device: Device
  private var receive: BufferSender
  private var transmit: BufferReceiver
  // Whether the card may interrupt for sent frames.
  private var awaitsSent = false
  // Frames given to the card since sent ones were last looked for, and how many are worth a look.
  private var unreturned = 0
  private let returnBatch: Int
  public private(set) var receiveFaulted = false
  public private(set) var transmitFaulted = false
  public private(set) var counters = Counters()

  public init(device: consuming Device, receive: NetRings, transmit: NetRings) {
    self.device = device
    self.receive = BufferSender(receive)
    self.transmit = BufferReceiver(transmit)
    returnBatch = max(self.transmit.free.capacity / 32, 1)
  }

  /// Starts the card and gives it what the virtualisers have queued already.
  public mutating func start() throws(EthernetDeviceFault) -> Actions {
    try device.start()
    isLinkUp = device.isLinkUp
    return ready(receive: true, transmit: true)
  }

  /// Whether there was a carrier when the card last said that this had changed. Frames are given to the card
  /// in any case: without a carrier it drops them, and their buffers come back.
  public private(set) var isLinkUp = true

  /// Whether an error has stopped the card for good.
  public var hasFailed: Bool { mutating get { device.hasFailed } }

  @inline(never) private mutating func lookAtLink() {
    isLinkUp = device.isLinkUp
    counters.linkChanges &+= 1
  }

  /// The card's interrupt; acknowledge it afterwards: what comes meanwhile raises the line again. Sent frames
  /// are left where they are unless somebody waits for them.
  public mutating func interrupt() -> Actions {
    let hasFrames = device.takeInterrupts()
    if device.takeLinkChange() { lookAtLink() }
    guard hasFrames else { return Actions() }
    return work(receive: true, transmit: awaitsSent)
  }

  /// The receive virtualiser has returned buffers, or the transmit virtualiser has queued frames, or both.
  public mutating func ready(receive: Bool, transmit: Bool) -> Actions {
    work(receive: receive, transmit: transmit)
  }

  @inline(never) private mutating func work(receive: Bool, transmit: Bool) -> Actions {
    var actions = Actions()
    do throws(PeerFault) {
      if transmit, !transmitFaulted { try sendAll(&actions) }
    } catch {
      transmitFaulted = true
    }
    do throws(PeerFault) {
      if receive, !receiveFaulted { try receiveAll(&actions) }
    } catch {
      receiveFaulted = true
    }
    device.kick()
    return actions
  }

  // MARK: Transmit

  @inline(__always) private mutating func sendAll(_ actions: inout Actions) throws(PeerFault) {
    if awaitsSent || unreturned >= returnBatch { try returnSent(&actions, false) }
    var refused = false
    _ = try transmit.active.available()
    while true {
      while device.hasTransmitRoom, let frame = transmit.active.next() {
        if device.accepts(frame.address, length: Int(frame.length)) {
          device.transmit(frame.address, length: Int(frame.length))
          counters.sent &+= 1
          unreturned &+= 1
        } else {
          counters.refused &+= 1
          try giveBack(frame.address)
          refused = true
        }
      }
      // The card's ring is full: sent frames make room, more in the queue does not.
      guard device.hasTransmitRoom else {
        transmit.active.release()
        transmit.active.cancelSignal()
        break
      }
      if try transmit.active.isExhausted() { break }
    }
    // Interrupts for sent frames only where somebody waits for them; and then those that have been sent
    // before it was set on have to be looked for.
    awaitsSent = !device.hasTransmitRoom || transmit.free.hasSignalRequest()
    device.setTransmitInterrupt(awaitsSent)
    if awaitsSent || refused { try returnSent(&actions, refused) }
  }

  private mutating func giveBack(_ address: UInt64) throws(PeerFault) {
    // There is room for all buffers, unless the virtualiser lies.
    if try !transmit.free.enqueue(NetDescriptor(address: address)) { throw .beyondCapacity }
  }

  private mutating func returnSent(_ actions: inout Actions, _ some: Bool) throws(PeerFault) {
    var returned = some
    unreturned = 0
    while let address = device.transmitted() {
      try giveBack(address)
      returned = true
    }
    if returned {
      transmit.free.publish()
      if transmit.free.takeSignalRequest() { actions.notifyTransmit = true }
    }
  }

  // MARK: Receive

  @inline(__always) private mutating func receiveAll(_ actions: inout Actions) throws(PeerFault) {
    var added = false
    var room = receive.active.capacity
    while room > 0, let frame = device.received() {
      room &-= 1
      let length = UInt16(truncatingIfNeeded: frame.length)
      if try receive.active.enqueue(NetDescriptor(address: frame.address, length: length)) {
        counters.received &+= 1
        added = true
      } else {
        // Its queue has a place for every buffer, so that somebody is wrong; the buffer at least is kept.
        counters.dropped &+= 1
        if device.hasReceiveRoom { device.provide(frame.address) }
      }
    }
    actions.isUnfinished = room == 0
    if added {
      receive.active.publish()
      if receive.active.takeSignalRequest() { actions.notifyReceive = true }
    }
    try refill()
  }

  @inline(__always) private mutating func refill() throws(PeerFault) {
    _ = try receive.free.available()
    while true {
      while device.hasReceiveRoom, let buffer = receive.free.next() {
        if device.accepts(buffer.address, length: 0) {
          device.provide(buffer.address)
        } else {
          counters.refused &+= 1
        }
      }
      // The card has as many as it can hold: we come back when it has received one.
      guard device.hasReceiveRoom else {
        receive.free.release()
        return receive.free.cancelSignal()
      }
      if try receive.free.isExhausted() { return }
    }
  }
}
