// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records
import Rings
import SerialComponents

/// The serial line as one of its clients has it. What is written shows when `flush` is called.
public struct Console: ~Copyable {
  private var client: SerialClient
  private let outputChannel: Channel
  /// Signals here mean that there is something to read; nil where the line has no input.
  public let inputChannel: Channel?

  public init(_ config: LinkedRecord<SerialClientConfig>) {
    let transmit = config[SerialClientConfig.transmit]
    let receive = config[SerialClientConfig.receive]
    guard let output = transmit.ring else { fatal("the record's transmit queue is no queue") }
    let input = receive.ring
    client = SerialClient(output: output, input: input)
    outputChannel = transmit.channel
    inputChannel = input == nil ? nil : receive.channel
  }

  /// Bytes for which there was no room; wraps.
  public var dropped: UInt32 { client.dropped }

  /// Whether so many bytes can be written without one being dropped.
  public mutating func hasRoom(for byteCount: Int) -> Bool { client.room >= byteCount }

  public mutating func write(_ byte: UInt8) { client.write(byte) }

  /// The next byte that was typed; nil when there is none.
  public mutating func read() -> UInt8? { client.read() }

  public mutating func flush() {
    client.publish()
    outputChannel.notify()
  }
}

extension Console {
  public mutating func write(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { write(text.byte(index)) }
  }

  public mutating func write(_ bytes: Span<UInt8>) {
    for index in bytes.indices { write(bytes[index]) }
  }

  public mutating func write(decimal value: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor &*= 10 }
    while divisor > 0 {
      write(48 &+ UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }

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
