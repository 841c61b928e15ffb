// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Rings

/// The receive virtualiser (sDDF 0.7.0, docs/serial): passes input to one client, which the user selects
/// at the console. The switch character, a number of up to four digits and the terminate character
/// select the client with that number, which counts clients from 0 in the order in which they were added. The switch character twice is the character itself. Anything
/// else cancels the selection.
///
/// Input is dropped and counted if the client's queue is full or the client wrote an impossible index.
public struct SerialVirtRx: ~Copyable {
  /// Maximum number of clients. Each is known by its channel.
  public static var clientLimit: Int { 64 }

  /// What the caller has to do after an event.
  public struct Actions: Equatable, Sendable {
    /// Notify the driver: it waits for room, and there is some now.
    public var notifyDriver = false
    /// Clients to notify: they have input to read.
    public var notifyClients = IndexSet64()
    /// Nothing to do.
    public init() {}
  }

  private enum Mode {
    case text
    /// After the switch character.
    case switching
    /// After the given number of digits, with the value so far.
    case number(digits: Int, value: Int)
  }

  private static var digitLimit: Int { 4 }

  private var driver: RingConsumer<SerialQueue>
  // By channel.
  private var clients: InlineArray<64, RingProducer<SerialQueue>?>
  // Channels by the number that the user types.
  private var channels = InlineArray<64, UInt8>(repeating: 0)
  private var clientCount = 0
  private let switchCharacter: UInt8
  private let terminateCharacter: UInt8
  private var mode = Mode.text
  private var touched = IndexSet64()

  /// The selected client's channel.
  public private(set) var current = 0
  /// Clients that wrote an impossible index. Their input is dropped until this domain is restarted.
  public private(set) var quarantined = IndexSet64()
  /// Whether the driver wrote an impossible index: nothing is received any more.
  public private(set) var driverFaulted = false
  /// Bytes dropped; wraps.
  public private(set) var dropped: UInt32 = 0

  /// A virtualiser without clients. The first one added is selected.
  public init(driver: Ring<SerialQueue>, switchCharacter: UInt8, terminateCharacter: UInt8) {
    self.driver = RingConsumer(driver)
    self.switchCharacter = switchCharacter
    self.terminateCharacter = terminateCharacter
    clients = InlineArray { _ in nil }
  }

  /// Adds the client with this channel; false if another has it, or it is not below `clientLimit`.
  @discardableResult
  public mutating func addClient(_ ring: Ring<SerialQueue>, channel: Int) -> Bool {
    guard channel >= 0, channel < Self.clientLimit, clients[channel] == nil else { return false }
    clients[channel] = RingProducer(ring)
    channels[clientCount] = UInt8(truncatingIfNeeded: channel)
    if clientCount == 0 { current = channel }
    clientCount &+= 1
    return true
  }

  /// Handles the driver's signal: it has added bytes. The driver signals after every batch, without a
  /// request.
  public mutating func driverReady() -> Actions {
    var actions = Actions()
    if driverFaulted { return actions }
    touched = IndexSet64()
    do throws(PeerFault) {
      while let byte = try driver.dequeue() { interpret(byte) }
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

  private mutating func interpret(_ byte: UInt8) {
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
        if value < clientCount { current = Int(channels[value]) }
      } else if digits < Self.digitLimit, let digit = Self.digit(byte) {
        mode = .number(digits: digits &+ 1, value: value &* 10 &+ digit)
      }
    }
  }

  private mutating func deliver(_ byte: UInt8) {
    if !quarantined.contains(current) {
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
