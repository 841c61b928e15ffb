// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The receive direction of a serial driver: moves bytes from the device's FIFO to the virtualiser's
/// queue, and turns the interrupt off while the queue is full.
struct ReceivePath<Device: SerialDevice & ~Copyable>: Drain, ~Copyable {
  var device: Device
  var queue: RingProducer<SerialQueue>?
  var counters = SerialCounters()
  /// Whether bytes were added since this was last set to false.
  var added = false

  init(device: consuming Device, queue: consuming RingProducer<SerialQueue>?) {
    self.device = device
    self.queue = queue
  }

  mutating func checkWork() throws(PeerFault) -> WorkState {
    guard device.hasReceived() else { return .idle }
    guard let room = try queue?.free() else { return .idle }
    return room > 0 ? .ready : .waiting
  }

  mutating func performStep() throws(PeerFault) {
    let received = device.receive()
    counters.count(received.errors)
    if received.errors.spoilByte {
      counters.spoiled &+= 1
    } else if try queue?.enqueue(received.byte) == true {
      counters.received &+= 1
      added = true
    }
  }

  mutating func requestSignal() {
    device.setReceiveInterrupt(false)
    queue?.requestSignal()
  }

  mutating func cancelSignal() {
    queue?.cancelSignal()
    device.setReceiveInterrupt(true)
  }
}
