// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What both UARTs have in common: a FIFO in each direction, and a line that carries a byte in ten bit times.
struct SerialLine {
  let console: MachineConsole
  /// The size of each FIFO in bytes.
  let depth: Int
  /// Nanoseconds for a start bit, eight data bits and a stop bit.
  var byteTime: UInt64 = 10 * 1_000_000_000 / 115_200
  var isReceiving = false { didSet { if !isReceiving { receiveTime = nil } } }
  private(set) var received: [UInt8] = []
  private(set) var sending: [UInt8] = []
  private var sendTime: UInt64?
  private var receiveTime: UInt64?
  /// When the last byte was received.
  private(set) var lastReceived: UInt64 = 0

  init(console: MachineConsole, depth: Int) {
    self.console = console
    self.depth = depth
  }

  var isSendFull: Bool { sending.count >= depth }

  mutating func send(_ byte: UInt8, now: UInt64) {
    guard !isSendFull else { return }
    // Printed now although it leaves the FIFO later: on hardware, the kernel's output goes through the
    // same FIFO and cannot overtake it.
    console.write(byte)
    sending.append(byte)
    if sendTime == nil { sendTime = now + byteTime }
  }

  mutating func takeReceived() -> UInt8? { received.isEmpty ? nil : received.removeFirst() }

  mutating func clearReceived() { received = [] }
  mutating func clearSending() {
    sending = []
    sendTime = nil
  }

  /// Starts to receive a byte if there is input and room; called whenever either may have changed.
  mutating func listen(now: UInt64) {
    guard isReceiving, receiveTime == nil, console.hasInput, received.count < depth else { return }
    receiveTime = now + byteTime
  }

  var nextEvent: UInt64? { earliest(sendTime, receiveTime) }

  /// Nil, or what is wrong with the FIFOs.
  func checkInvariants() -> String? {
    if max(received.count, sending.count) > depth { return "a FIFO holds more than \(depth) bytes" }
    return sending.isEmpty == (sendTime == nil) ? nil : "nothing drains the transmit FIFO"
  }

  /// - Returns: whether bytes were transmitted, and whether bytes were received.
  mutating func advance(to now: UInt64) -> (sent: Bool, received: Bool) {
    var (sent, got) = (false, false)
    while let time = sendTime, time <= now {
      if !sending.isEmpty { sending.removeFirst() }
      sent = true
      sendTime = sending.isEmpty ? nil : time + byteTime
    }
    while let time = receiveTime, time <= now {
      receiveTime = nil
      guard received.count < depth, let byte = console.takeInput() else { break }
      received.append(byte)
      lastReceived = time
      got = true
      listen(now: time)
    }
    listen(now: now)
    return (sent, got)
  }
}
