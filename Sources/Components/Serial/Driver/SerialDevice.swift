// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A UART as the serial driver needs it: no kernel, no queues, only registers behind it.
public protocol SerialDevice: ~Copyable {
  /// Programs 8 data bits, no parity, one stop bit at `baud` bits per second, with FIFOs, and with
  /// receive interrupts on if `receive`. Any `baud` may come from a record.
  mutating func start(baud: UInt64, receive: Bool) throws(SerialDeviceFault)

  /// Whether `transmit` would be taken now.
  func hasTransmitRoom() -> Bool
  func transmit(_ byte: UInt8)

  /// Whether `receive` has something.
  func hasReceived() -> Bool
  mutating func receive() -> ReceivedByte

  /// Interrupts whose cause is present and that are on. A pending error is cleared by this.
  mutating func takeInterrupts() -> SerialInterrupts
  /// On while bytes wait for room in the FIFO.
  mutating func setTransmitInterrupt(_ on: Bool)
  /// Off while there is nowhere to put what arrives.
  mutating func setReceiveInterrupt(_ on: Bool)
}

public enum SerialDeviceFault: Error, Equatable, Sendable {
  /// The divider cannot produce this rate from the reference clock.
  case unsupportedBaud
}

public struct SerialInterrupts: Equatable, Sendable {
  public var transmit: Bool
  public var receive: Bool
  public var errors: LineErrors

  public init(transmit: Bool = false, receive: Bool = false, errors: LineErrors = LineErrors()) {
    self.transmit = transmit
    self.receive = receive
    self.errors = errors
  }

  public var isEmpty: Bool { self == SerialInterrupts() }
}

/// What a UART took off the line.
public struct ReceivedByte: Equatable, Sendable {
  public var byte: UInt8
  public var errors: LineErrors

  public init(_ byte: UInt8, errors: LineErrors = LineErrors()) {
    self.byte = byte
    self.errors = errors
  }
}

/// What can go wrong on a line. (A standard option set would bring arrays, which need a heap.)
public struct LineErrors: Equatable, Sendable {
  private var rawValue: UInt8
  private init(rawValue: UInt8) { self.rawValue = rawValue }

  /// No errors.
  public init() { rawValue = 0 }

  public mutating func insert(_ error: LineErrors) { rawValue |= error.rawValue }
  public func contains(_ error: LineErrors) -> Bool { rawValue & error.rawValue != 0 }

  /// No stop bit where one was due: the byte is not what was sent.
  public static var framing: Self { Self(rawValue: 1) }
  /// The byte is not what was sent.
  public static var parity: Self { Self(rawValue: 2) }
  /// The line was held low for longer than a byte; comes with a byte 0 that nobody sent.
  public static var lineBreak: Self { Self(rawValue: 4) }
  /// Bytes were lost before this one, which is good itself.
  public static var overrun: Self { Self(rawValue: 8) }
  /// A byte was written to a full FIFO: ours to avoid.
  public static var transmitOverrun: Self { Self(rawValue: 16) }

  /// Whether bytes were lost, in either direction.
  public var lostBytes: Bool { rawValue & 0b11000 != 0 }

  /// Whether the byte that these came with is worthless.
  public var spoilByte: Bool { rawValue & 0b111 != 0 }
}
