// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// A client's two ends of the serial line: text out to the transmit virtualiser, bytes in from the receive
/// virtualiser. Text for which the queue has no room is dropped and counted: a console must not stop a server.
public struct SerialClient: ~Copyable {
  private var output: RingProducer<SerialQueue>
  private var input: RingConsumer<SerialQueue>?
  private var outputFaulted = false
  private var inputFaulted = false

  /// Bytes that were dropped; wraps.
  public private(set) var dropped: UInt32 = 0

  /// `input` is nil where the line has none.
  public init(output: Ring<SerialQueue>, input: Ring<SerialQueue>?) {
    self.output = RingProducer(output)
    if let input {
      self.input = RingConsumer(input)
    } else {
      self.input = nil
    }
  }

  /// Bytes that can be written without one being dropped.
  public var room: Int {
    mutating get {
      if outputFaulted { return 0 }
      do throws(PeerFault) {
        return try output.free()
      } catch {
        outputFaulted = true
        return 0
      }
    }
  }

  /// Adds a byte, which shows when `publish` is called and the virtualiser notified.
  public mutating func write(_ byte: UInt8) {
    if !outputFaulted {
      do throws(PeerFault) {
        if try output.enqueue(byte) { return }
      } catch {
        outputFaulted = true
      }
    }
    dropped &+= 1
  }

  /// Hands over what has been written, in one batch that nobody else's text comes into.
  public mutating func publish() { output.publish() }

  /// The next byte that was typed; nil when there is none. Nothing comes any more after the virtualiser
  /// gave an impossible index.
  public mutating func read() -> UInt8? {
    if inputFaulted { return nil }
    do throws(PeerFault) {
      guard let byte = try input?.dequeue() else { return nil }
      input?.release()
      return byte
    } catch {
      inputFaulted = true
      return nil
    }
  }
}
