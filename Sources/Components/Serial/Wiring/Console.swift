// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records
import Rings
import SerialComponents

/// A client's access to the serial line. Text appears when `flush` is called.
public struct Console: ~Copyable {
  private var client: SerialClient
  private let outputChannel: Channel
  /// The channel that signals input; nil if the line has no input.
  public let inputChannel: Channel?

  /// Opens the line. Stops the protection domain if the record has no transmit queue.
  public init(_ config: LinkedRecord<SerialClientConfig>) {
    let transmit = config[SerialClientConfig.transmit]
    let receive = config[SerialClientConfig.receive]
    guard let output = transmit.ring else {
      fatal(".serial_client_config: no transmit queue; rerun serval generate")
    }
    let input = receive.ring
    client = SerialClient(output: output, input: input)
    outputChannel = transmit.channel
    inputChannel = input == nil ? nil : receive.channel
  }

  /// Bytes dropped because the queue was full; wraps.
  public var dropped: UInt32 { client.dropped }

  /// Whether `byteCount` bytes can be written without dropping any.
  public mutating func hasRoom(for byteCount: Int) -> Bool { client.room >= byteCount }

  /// Writes a byte.
  public mutating func write(_ byte: UInt8) { client.write(byte) }

  /// The next byte of input; nil if there is none.
  public mutating func read() -> UInt8? { client.read() }

  /// Writes a whole line, or nothing if there is no room for it.
  public mutating func write(line: Span<UInt8>) { client.write(line) }

  /// Hands over everything written, in one piece, and notifies the virtualiser.
  public mutating func flush() {
    publish()
    notify()
  }

  /// Hands over everything written. The virtualiser sees it once it is notified.
  public mutating func publish() { client.publish() }

  /// Notifies the virtualiser.
  public func notify() { outputChannel.notify() }
}

extension Console {
  /// Writes a text.
  public mutating func write(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { write(text.byte(index)) }
  }

  /// Writes a record's text.
  public mutating func write<let capacity: Int>(_ text: RecordText<capacity>) {
    for index in 0..<text.count { write(text[index]) }
  }

  /// Writes bytes.
  public mutating func write(_ bytes: Span<UInt8>) {
    for index in bytes.indices { write(bytes[index]) }
  }

  /// Writes a number in decimal.
  public mutating func write(decimal value: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor &*= 10 }
    while divisor > 0 {
      write(48 &+ UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }

  /// Writes a number in hexadecimal, with 0x and without leading zeros.
  public mutating func write(hexadecimal value: UInt64) {
    write("0x")
    var shift: UInt64 = 60
    while shift > 0, value &>> shift == 0 { shift &-= 4 }
    while true {
      let digit = UInt8(truncatingIfNeeded: value &>> shift & 0xf)
      write(digit < 10 ? 48 &+ digit : 87 &+ digit)
      if shift == 0 { return }
      shift &-= 4
    }
  }
}
