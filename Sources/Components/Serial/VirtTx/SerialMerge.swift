// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Rings

/// The work of the transmit virtualiser: takes clients in turn, and waits for room in the driver's queue.
struct SerialMerge: Drain, ~Copyable {
  private var driver: RingProducer<SerialQueue>
  // By channel.
  private var clients: InlineArray<64, RingConsumer<SerialQueue>?>
  // How many clients were added before each one, which determines its colour.
  private var numbers = InlineArray<64, UInt8>(repeating: 0)
  private var members = IndexSet64()
  private var clientCount: UInt8 = 0
  private let colours: Bool
  private var turns = ClientQueue()
  // Bytes left of the first client's batch; 0 if its turn has not begun.
  private var batch = 0
  private var served = IndexSet64()
  private(set) var quarantined = IndexSet64()
  private(set) var driverFaulted = false
  private(set) var transferred: UInt32 = 0

  init(driver: consuming RingProducer<SerialQueue>, colours: Bool) {
    // The queue must have room for text besides the colour codes.
    self.colours = colours && driver.capacity > SerialColour.byteCount
    self.driver = driver
    clients = InlineArray { _ in nil }
  }

  mutating func addClient(_ ring: Ring<SerialQueue>, channel: Int) -> Bool {
    guard channel >= 0, channel < 64, !members.contains(channel) else { return false }
    clients[channel] = RingConsumer(ring)
    numbers[channel] = clientCount
    members.insert(channel)
    clientCount &+= 1
    return true
  }

  mutating func write(byteCount: Int, _ byte: (Int) -> UInt8) -> Bool {
    var index = 0
    do throws(PeerFault) {
      while index < byteCount, !driverFaulted, try driver.enqueue(byte(index)) { index &+= 1 }
    } catch {
      driverFaulted = true
    }
    driver.publish()
    return index > 0
  }

  mutating func isDrained() -> Bool {
    if driverFaulted { return true }
    do throws(PeerFault) {
      return try driver.free() == driver.capacity
    } catch {
      driverFaulted = true
      return true
    }
  }

  mutating func request(_ client: Int) {
    if members.contains(client), !quarantined.contains(client) { turns.append(client) }
  }

  /// Serves clients until one has to wait. Returns the clients from which bytes were taken.
  mutating func run() -> IndexSet64 {
    served = IndexSet64()
    if driverFaulted { return served }
    do throws(PeerFault) {
      try drain()
    } catch {
      driverFaulted = true
    }
    return served
  }

  // Mutating so that the compiler reads the element in place instead of copying the whole array first.
  mutating func takeSignalRequest(of client: Int) -> Bool {
    clients[client]?.takeSignalRequest() ?? false
  }

  // MARK: Drain. Errors thrown are the driver's; a client's fault only quarantines the client.

  mutating func checkWork() throws(PeerFault) -> WorkState {
    while let client = turns.first {
      if batch == 0 { batch = available(client) }
      if batch == 0 {
        turns.removeFirst()
        continue
      }
      let room = try driver.free()
      return room >= min(batch &+ overhead, driver.capacity) ? .ready : .waiting
    }
    return .idle
  }

  mutating func performStep() throws(PeerFault) {
    guard let client = turns.first else { return }
    let piece = min(batch, driver.capacity &- overhead)
    if colours {
      let number = Int(numbers[client])
      for index in 0..<5 { _ = try driver.enqueue(SerialColour.start(of: number, index)) }
    }
    try copy(piece, from: client)
    if colours {
      for index in 0..<4 { _ = try driver.enqueue(SerialColour.end(index)) }
    }
    driver.publish()
    clients[client]?.release()
    transferred &+= UInt32(truncatingIfNeeded: piece)
    served.insert(client)

    batch &-= piece
    if batch == 0 {
      turns.removeFirst()
      // The client may have added bytes, and signalled them, during its turn. That signal is used up, so
      // queue the client again.
      if available(client) > 0 { turns.append(client) }
    }
  }

  mutating func requestSignal() { driver.requestSignal() }
  mutating func cancelSignal() { driver.cancelSignal() }

  private var overhead: Int { colours ? SerialColour.byteCount : 0 }

  private mutating func copy(_ count: Int, from client: Int) throws(PeerFault) {
    let moved = clients[client]?.move(count, to: &driver) ?? 0
    // The rest, if there was more room than was known.
    for _ in moved..<count {
      guard let byte = dequeue(client) else { return }
      _ = try driver.enqueue(byte)
    }
  }

  private mutating func dequeue(_ client: Int) -> UInt8? {
    do throws(PeerFault) {
      return try clients[client]?.dequeue() ?? nil
    } catch {
      quarantined.insert(client)
      return nil
    }
  }

  private mutating func available(_ client: Int) -> Int {
    if quarantined.contains(client) { return 0 }
    do throws(PeerFault) {
      return try clients[client]?.available() ?? 0
    } catch {
      quarantined.insert(client)
      return 0
    }
  }
}

#if !hasFeature(Embedded)
  extension SerialMerge {
    /// What is wrong between two calls; nil if nothing is. Must stay nil whatever peers write. For tests.
    func checkInvariants() -> String? {
      if let fault = turns.checkInvariants() ?? driver.checkInvariants() { return fault }
      return batch > 0 && turns.isEmpty ? "\(batch) bytes are left of no client's batch" : nil
    }
  }
#endif
