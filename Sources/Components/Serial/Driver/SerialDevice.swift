// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A UART as the serial driver uses it. Implementations access registers only: no kernel, no queues.
public protocol SerialDevice: ~Copyable {
  /// Programs 8 data bits, no parity and one stop bit at `baud` bits per second, with FIFOs. If
  /// `receive` is true, receive interrupts are on. `baud` comes from a record and may be any number.
  mutating func start(baud: UInt64, receive: Bool) throws(SerialDeviceFault)

  /// Whether the device has room for a byte.
  func hasTransmitRoom() -> Bool
  /// Sends a byte. Call only if there is room.
  func transmit(_ byte: UInt8)

  /// Whether a received byte is waiting.
  func hasReceived() -> Bool
  /// Takes the next received byte. Call only if one is waiting.
  mutating func receive() -> ReceivedByte

  /// The enabled interrupts whose cause is present. Clears pending errors.
  mutating func takeInterrupts() -> SerialInterrupts
  /// Turns the transmit interrupt on or off. It is on while bytes wait for room in the FIFO.
  mutating func setTransmitInterrupt(_ on: Bool)
  /// Turns the receive interrupt on or off. It is off while there is no room for received bytes.
  mutating func setReceiveInterrupt(_ on: Bool)
}

/// Why a UART cannot be started.
public enum SerialDeviceFault: Error, Equatable, Sendable {
  /// The divider cannot produce this rate from the reference clock.
  case unsupportedBaud
}

/// The causes of a UART's interrupt.
public struct SerialInterrupts: Equatable, Sendable {
  /// The transmit FIFO has room.
  public var transmit: Bool
  /// Bytes have been received.
  public var receive: Bool
  /// Errors that were pending.
  public var errors: LineErrors

  /// No cause unless given.
  public init(transmit: Bool = false, receive: Bool = false, errors: LineErrors = LineErrors()) {
    self.transmit = transmit
    self.receive = receive
    self.errors = errors
  }

  /// Whether there is no cause.
  public var isEmpty: Bool { self == SerialInterrupts() }
}

/// A byte received from the line.
public struct ReceivedByte: Equatable, Sendable {
  /// The byte; meaningless if `errors.spoilByte`.
  public var byte: UInt8
  /// Errors that came with it.
  public var errors: LineErrors

  /// A byte, good unless errors are given.
  public init(_ byte: UInt8, errors: LineErrors = LineErrors()) {
    self.byte = byte
    self.errors = errors
  }
}

/// A set of line errors. (`OptionSet` would bring in arrays, which need a heap.)
public struct LineErrors: Equatable, Sendable {
  private var rawValue: UInt8
  private init(rawValue: UInt8) { self.rawValue = rawValue }

  /// No errors.
  public init() { rawValue = 0 }

  /// Adds errors to the set.
  public mutating func insert(_ error: LineErrors) { rawValue |= error.rawValue }
  /// Whether any of `error` is in the set.
  public func contains(_ error: LineErrors) -> Bool { rawValue & error.rawValue != 0 }

  /// The stop bit was missing: the byte differs from what was sent.
  public static var framing: Self { Self(rawValue: 1) }
  /// The parity was wrong: the byte differs from what was sent.
  public static var parity: Self { Self(rawValue: 2) }
  /// The line was held low for longer than a byte. Comes with a byte 0 that was not sent.
  public static var lineBreak: Self { Self(rawValue: 4) }
  /// Bytes before this one were lost. This one is good.
  public static var overrun: Self { Self(rawValue: 8) }
  /// A byte was written to a full FIFO, which is an error of the driver.
  public static var transmitOverrun: Self { Self(rawValue: 16) }

  /// Whether bytes were lost, in either direction.
  public var lostBytes: Bool { rawValue & 0b11000 != 0 }

  /// Whether the byte with these errors must be dropped.
  public var spoilByte: Bool { rawValue & 0b111 != 0 }
}
