// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The ethernet driver between a card and the two virtualisers (sDDF 0.7.0, docs/network). The receive
/// virtualiser sends empty buffers and gets full ones; the transmit virtualiser sends full ones and gets empty
/// ones. Buffers are lent to the card, and nothing is copied.
///
/// After an impossible index from a virtualiser, its direction stops until the driver is restarted; the other
/// direction continues.
public struct EthernetDriver<Device: EthernetDevice & ~Copyable>: ~Copyable {
  /// What the caller has to do after an event.
  public struct Actions: Equatable, Sendable {
    /// Notify the receive virtualiser: it waits for frames, and some have arrived.
    public var notifyReceive = false
    /// Notify the transmit virtualiser: it waits for buffers, and some have been returned.
    public var notifyTransmit = false
    /// A whole queue of frames was received and there may be more: call `serve` again, after yielding to domains of
    /// the same priority.
    public var isUnfinished = false
    /// Nothing to do.
    public init() {}
  }

  /// What the driver has done since its start. All counters wrap.
  public struct Counters: Equatable, Sendable {
    /// Frames handed to the receive virtualiser.
    public var received: UInt32 = 0
    /// Frames given to the card.
    public var sent: UInt32 = 0
    /// Received frames for which the virtualiser's queue had no room.
    public var dropped: UInt32 = 0
    /// Buffers that the card cannot address, and frames that are too long for it.
    public var refused: UInt32 = 0
    /// Changes of the link, up or down.
    public var linkChanges: UInt32 = 0
    /// All zero.
    public init() {}
  }

  private var device: Device
  private var receive: BufferSender
  private var transmit: BufferReceiver
  // Whether the card's interrupts for sent frames are on.
  private var awaitsSent = false
  // Frames given to the card since sent buffers were last collected, and the number that makes collecting them
  // worthwhile.
  private var unreturned = 0
  private let returnBatch: Int
  /// Whether the receive virtualiser wrote an impossible index: nothing is received any more.
  public private(set) var receiveFaulted = false
  /// Whether the transmit virtualiser wrote an impossible index: nothing is sent any more.
  public private(set) var transmitFaulted = false
  /// Counters for inspection and tests.
  public private(set) var counters = Counters()

  /// A driver for `device`, which `start` starts, between the queues of the two virtualisers.
  public init(device: consuming Device, receive: NetRings, transmit: NetRings) {
    self.device = device
    self.receive = BufferSender(receive)
    self.transmit = BufferReceiver(transmit)
    returnBatch = max(self.transmit.free.capacity / 32, 1)
  }

  /// Starts the card and gives it the buffers and frames that are already queued.
  public mutating func start() throws(EthernetDeviceFault) -> Actions {
    try device.start()
    isLinkUp = device.isLinkUp
    return serve(receive: true, transmit: true)
  }

  /// State of the link after its last reported change. The driver does not act on it: a card without a link drops
  /// frames to send, and their buffers come back.
  public private(set) var isLinkUp = true

  /// Whether an error has stopped the card permanently.
  public var hasFailed: Bool { mutating get { device.hasFailed } }

  @inline(never) private mutating func readLinkState() {
    isLinkUp = device.isLinkUp
    counters.linkChanges &+= 1
  }

  /// Handles the card's interrupt. Acknowledge it afterwards: events during the call raise the line again. Sent
  /// buffers are collected only if the virtualiser waits for them.
  public mutating func interrupt() -> Actions {
    let hasFrames = device.takeInterrupts()
    if device.takeLinkChange() { readLinkState() }
    guard hasFrames else { return Actions() }
    return work(receive: true, transmit: awaitsSent)
  }

  /// Serves virtualisers that have signalled: the receive virtualiser for returned buffers, the transmit virtualiser
  /// for queued frames.
  public mutating func serve(receive: Bool, transmit: Bool) -> Actions {
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
      // The card's ring is full. Only a sent frame makes room, so a signal about more frames would be wasted.
      guard device.hasTransmitRoom else {
        transmit.active.release()
        transmit.active.cancelSignal()
        break
      }
      if try transmit.active.requestSignalIfEmpty() { break }
    }
    // Interrupts for sent frames are on only while we wait for room in the ring or the virtualiser waits for buffers.
    // Frames sent before they were turned on cause none, so collect those now.
    awaitsSent = !device.hasTransmitRoom || transmit.free.hasSignalRequest()
    device.setTransmitInterrupt(awaitsSent)
    if awaitsSent || refused { try returnSent(&actions, refused) }
  }

  private mutating func giveBack(_ address: UInt64) throws(PeerFault) {
    // The queue has a slot for every buffer, so it is full only if the virtualiser invented buffers.
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
        // The queue has a slot for every buffer, so the virtualiser broke the protocol. Reuse the buffer at least.
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
      // The card's ring is full. The next received frame makes room and brings us back here.
      guard device.hasReceiveRoom else {
        receive.free.release()
        return receive.free.cancelSignal()
      }
      if try receive.free.requestSignalIfEmpty() { return }
    }
  }
}
