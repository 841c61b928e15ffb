// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The serial driver between a UART and the two virtualisers (sDDF 0.7.0, docs/serial): bytes to
/// send come in one queue, received ones go out in another. Each handler returns whom to notify.
///
/// A virtualiser whose index is impossible loses its direction until the driver is restarted; the
/// other direction goes on.
public struct SerialDriver<Device: SerialDevice & ~Copyable>: ~Copyable {
  public struct Actions: Equatable, Sendable {
    /// The transmit virtualiser waits for room, and there is some now.
    public var notifyTransmit = false
    /// The receive virtualiser has something to read.
    public var notifyReceive = false
    public init() {}
  }

  private var path: ReceivePath<Device>
  private var outgoing: RingConsumer<SerialQueue>
  private var transmitFaulted = false
  private var receives: Bool

  /// `receive` is nil where the system has no input.
  public init(
    device: consuming Device, transmit: Ring<SerialQueue>, receive: Ring<SerialQueue>?
  ) {
    outgoing = RingConsumer(transmit)
    if let receive {
      path = ReceivePath(device: device, queue: RingProducer(receive))
      receives = true
    } else {
      path = ReceivePath(device: device, queue: nil)
      receives = false
    }
  }

  public var counters: SerialCounters { path.counters }

  /// Programs the device, and sends what is waiting: the virtualiser may have started first. `baud`
  /// in bits per second.
  public mutating func start(baud: UInt64) throws(SerialDeviceFault) -> Actions {
    try path.device.start(baud: baud, receive: receives)
    return transmitReady()
  }

  /// The device's interrupt. Runs until the device shows no cause any more, so acknowledge
  /// afterwards: an edge-triggered line says nothing twice, and a level-triggered one would say the
  /// same again.
  public mutating func interrupt() -> Actions {
    var actions = Actions()
    var causes = path.device.takeInterrupts()
    while !causes.isEmpty {
      path.counters.count(causes.errors)
      if causes.receive { receive(&actions) }
      if causes.transmit { transmit(&actions) }
      causes = path.device.takeInterrupts()
    }
    return actions
  }

  /// The transmit virtualiser has added bytes.
  public mutating func transmitReady() -> Actions {
    var actions = Actions()
    transmit(&actions)
    return actions
  }

  /// The receive virtualiser has made room in a queue that was full.
  public mutating func receiveReady() -> Actions {
    var actions = Actions()
    if receives {
      path.device.setReceiveInterrupt(true)
      receive(&actions)
    }
    return actions
  }

  private mutating func receive(_ actions: inout Actions) {
    guard receives else { return path.device.setReceiveInterrupt(false) }
    path.added = false
    do throws(PeerFault) {
      try path.drain()
    } catch {
      path.counters.peerFaults &+= 1
      receives = false
      path.device.setReceiveInterrupt(false)
    }
    if path.added {
      path.queue?.publish()
      actions.notifyReceive = true
    }
  }

  private mutating func transmit(_ actions: inout Actions) {
    var sent = false
    var remaining = false
    if !transmitFaulted {
      do throws(PeerFault) {
        while path.device.hasTransmitRoom(), let byte = try outgoing.dequeue() {
          path.device.transmit(byte)
          path.counters.sent &+= 1
          sent = true
        }
        remaining = try outgoing.available() > 0
      } catch {
        path.counters.peerFaults &+= 1
        transmitFaulted = true
      }
    }
    // The FIFO is full where bytes remain, so the interrupt will come when it is not.
    path.device.setTransmitInterrupt(remaining)
    if sent {
      outgoing.release()
      if outgoing.takeSignalRequest() { actions.notifyTransmit = true }
    }
  }
}
