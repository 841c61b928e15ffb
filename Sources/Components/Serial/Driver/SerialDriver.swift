// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The serial driver between a UART and the two virtualisers (sDDF 0.7.0, docs/serial). One queue
/// brings bytes to send, the other takes received bytes. Each handler returns whom to notify.
///
/// After an impossible index from a virtualiser, its direction stops until the driver is restarted; the
/// other direction continues.
public struct SerialDriver<Device: SerialDevice & ~Copyable>: ~Copyable {
  /// What the caller has to do after an event.
  public struct Actions: Equatable, Sendable {
    /// Notify the transmit virtualiser: it waits for room, and there is some now.
    public var notifyTransmit = false
    /// Notify the receive virtualiser: it has bytes to read.
    public var notifyReceive = false
    /// Nothing to do.
    public init() {}
  }

  private var path: ReceivePath<Device>
  private var outgoing: RingConsumer<SerialQueue>
  private var transmitFaulted = false
  private var receives: Bool

  /// A driver for `device`, which `start` starts. `receive` is nil if the system has no input.
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

  /// Counters for inspection and tests.
  public var counters: SerialCounters { path.counters }

  /// Starts the device at `baud` bits per second, and sends bytes that are already queued: the virtualiser
  /// may have started first.
  public mutating func start(baud: UInt64) throws(SerialDeviceFault) -> Actions {
    try path.device.start(baud: baud, receive: receives)
    return transmitReady()
  }

  /// Handles the device's interrupt until no cause is left. Acknowledge it afterwards: an edge-triggered
  /// line does not repeat a cause, and a level-triggered line would repeat one that is still present.
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

  /// Handles the transmit virtualiser's signal: it has added bytes.
  public mutating func transmitReady() -> Actions {
    var actions = Actions()
    transmit(&actions)
    return actions
  }

  /// Handles the receive virtualiser's signal: it has made room in a queue that was full.
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
    // If bytes remain, the FIFO is full, and the interrupt comes when it has room.
    path.device.setTransmitInterrupt(remaining)
    if sent {
      outgoing.release()
      if outgoing.takeSignalRequest() { actions.notifyTransmit = true }
    }
  }
}

/// What a serial driver has seen since its start, for inspection and tests. All counters wrap.
public struct SerialCounters: Equatable, Sendable {
  /// Bytes written to the device.
  public var sent: UInt32 = 0
  /// Bytes passed to the receive virtualiser.
  public var received: UInt32 = 0
  /// Received bytes dropped because of an error.
  public var spoiled: UInt32 = 0
  /// How often the device lost bytes, in either direction.
  public var overruns: UInt32 = 0
  /// Framing errors, parity errors and breaks.
  public var lineErrors: UInt32 = 0
  /// Impossible indices in queues.
  public var peerFaults: UInt32 = 0

  /// All zero.
  public init() {}

  mutating func count(_ errors: LineErrors) {
    if errors.lostBytes { overruns &+= 1 }
    if errors.spoilByte { lineErrors &+= 1 }
  }
}
