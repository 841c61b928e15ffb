// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records
import Rings
import Wiring

/// The serial line as one of its clients has it: text out, bytes in.
///
/// What is written shows when `flush` is called. Text for which the queue has no room is dropped and
/// counted: a console must not stop a server.
public struct Console: ~Copyable {
  private var output: RingProducer<SerialQueue>
  private var input: RingConsumer<SerialQueue>?
  private let outputChannel: Channel
  /// Signals here mean that there is something to read; nil where the line has no input.
  public let inputChannel: Channel?
  /// Bytes that were dropped, and what follows an impossible index of a virtualiser; wraps.
  public private(set) var dropped: UInt32 = 0

  public init(_ config: LinkedRecord<SerialClientConfig>) {
    let transmit = config[SerialClientConfig.transmit]
    let receive = config[SerialClientConfig.receive]
    guard let ring = transmit.ring else { fatal("the record's transmit queue is no queue") }
    output = RingProducer(ring)
    outputChannel = transmit.channel
    if let ring = receive.ring {
      input = RingConsumer(ring)
      inputChannel = receive.channel
    } else {
      input = nil
      inputChannel = nil
    }
  }

  public mutating func write(_ byte: UInt8) {
    do throws(PeerFault) {
      if try output.enqueue(byte) { return }
    } catch {}
    dropped &+= 1
  }

  /// The next byte that was typed; nil when there is none.
  public mutating func read() -> UInt8? {
    do throws(PeerFault) {
      guard let byte = try input?.dequeue() else { return nil }
      input?.release()
      return byte
    } catch {
      return nil
    }
  }

  /// Hands over what has been written, in one batch that nobody else's text comes into.
  public mutating func flush() {
    output.publish()
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
