// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What UARTs have in common: two FIFOs, and a byte each way in the time that ten bits take.
struct SerialLine {
  let console: Console
  /// Bytes of each FIFO.
  let depth: Int
  /// Nanoseconds: a start bit, eight bits, a stop bit.
  var byteTime: UInt64 = 10 * 1_000_000_000 / 115_200
  var isReceiving = false { didSet { if !isReceiving { receiveTime = nil } } }
  private(set) var received: [UInt8] = []
  private(set) var sending: [UInt8] = []
  private var sendTime: UInt64?
  private var receiveTime: UInt64?
  /// When the last byte came in.
  private(set) var lastReceived: UInt64 = 0

  init(console: Console, depth: Int) {
    self.console = console
    self.depth = depth
  }

  var isSendFull: Bool { sending.count >= depth }

  mutating func send(_ byte: UInt8, now: UInt64) {
    guard !isSendFull else { return }
    // It goes out later, but behind it nothing can come out earlier: what the kernel prints goes
    // through the same FIFO.
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

  /// Looks whether someone types, which may be any time.
  mutating func listen(now: UInt64) {
    guard isReceiving, receiveTime == nil, console.hasInput, received.count < depth else { return }
    receiveTime = now + byteTime
  }

  var nextEvent: UInt64? {
    switch (sendTime, receiveTime) {
    case (let a?, let b?): min(a, b)
    case (let a, let b): a ?? b
    }
  }

  /// - Returns: whether bytes went out, and whether bytes came in.
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
