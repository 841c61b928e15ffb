// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// The receive virtualiser: what is typed goes to one client, and the console chooses which (sDDF
/// 0.7.0, docs/serial). The switch character, a number of up to four digits and the terminate
/// character choose client that number; the switch character twice is the character itself.
/// Anything else drops what was begun.
///
/// Input for a client whose queue is full or whose index is impossible is dropped and counted.
public struct SerialVirtRx: ~Copyable {
  /// Clients are numbered from 0 as they are added; at most this many.
  public static var clientLimit: Int { 64 }

  public struct Actions: Equatable, Sendable {
    /// The driver waits for room, and there is some now.
    public var notifyDriver = false
    /// Clients that have something to read.
    public var notifyClients = ClientSet()
    public init() {}
  }

  private enum Mode {
    case text
    /// After the switch character.
    case switching
    /// After that many digits, which make this number.
    case number(digits: Int, value: Int)
  }

  private static var digitLimit: Int { 4 }

  private var driver: RingConsumer<SerialQueue>
  private var clients: InlineArray<64, RingProducer<SerialQueue>?>
  private var clientCount = 0
  private let switchCharacter: UInt8
  private let terminateCharacter: UInt8
  private var mode = Mode.text
  private var touched = ClientSet()

  /// The client that input goes to.
  public private(set) var current = 0
  /// Clients that gave an impossible index: what is for them is dropped until this domain is
  /// restarted.
  public private(set) var quarantined = ClientSet()
  /// Whether the driver gave one: then nothing is received any more.
  public private(set) var driverFaulted = false
  /// Bytes that no client got; wraps.
  public private(set) var dropped: UInt32 = 0

  public init(driver: Ring<SerialQueue>, switchCharacter: UInt8, terminateCharacter: UInt8) {
    self.driver = RingConsumer(driver)
    self.switchCharacter = switchCharacter
    self.terminateCharacter = terminateCharacter
    clients = InlineArray { _ in nil }
  }

  /// Takes the next client's queue; false when there is no place left.
  @discardableResult public mutating func addClient(_ ring: Ring<SerialQueue>) -> Bool {
    guard clientCount < Self.clientLimit else { return false }
    clients[clientCount] = RingProducer(ring)
    clientCount &+= 1
    return true
  }

  /// The driver has added bytes. It notifies after every batch, so nothing has to be asked for.
  public mutating func driverReady() -> Actions {
    var actions = Actions()
    if driverFaulted { return actions }
    touched = ClientSet()
    do throws(PeerFault) {
      while let byte = try driver.dequeue() { take(byte) }
    } catch {
      driverFaulted = true
    }
    actions.notifyClients = touched
    var rest = touched
    while let client = rest.popFirst() { clients[client]?.publish() }
    driver.release()
    actions.notifyDriver = driver.takeSignalRequest()
    return actions
  }

  private mutating func take(_ byte: UInt8) {
    switch mode {
    case .text:
      if byte == switchCharacter { mode = .switching } else { deliver(byte) }
    case .switching:
      mode = .text
      if let digit = Self.digit(byte) {
        mode = .number(digits: 1, value: digit)
      } else if byte == switchCharacter {
        deliver(byte)
      }
    case .number(let digits, let value):
      mode = .text
      if byte == terminateCharacter {
        if value < clientCount { current = value }
      } else if digits < Self.digitLimit, let digit = Self.digit(byte) {
        mode = .number(digits: digits &+ 1, value: value &* 10 &+ digit)
      }
    }
  }

  private mutating func deliver(_ byte: UInt8) {
    if current < clientCount, !quarantined.contains(current) {
      do throws(PeerFault) {
        if try clients[current]?.enqueue(byte) == true {
          touched.insert(current)
          return
        }
      } catch {
        quarantined.insert(current)
      }
    }
    dropped &+= 1
  }

  private static func digit(_ byte: UInt8) -> Int? {
    byte >= 0x30 && byte <= 0x39 ? Int(byte &- 0x30) : nil
  }
}
