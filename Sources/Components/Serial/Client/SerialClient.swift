// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// A client's ends of the serial queues: text out to the transmit virtualiser, bytes in from the receive
/// virtualiser. Text for which the queue has no room is dropped and counted, so that a slow console cannot stop a server.
public struct SerialClient: ~Copyable {
  private var output: RingProducer<SerialQueue>
  private var input: RingConsumer<SerialQueue>?
  private var outputFaulted = false
  private var inputFaulted = false

  /// Bytes dropped; wraps.
  public private(set) var dropped: UInt32 = 0

  /// `input` is nil if the line has no input.
  public init(output: Ring<SerialQueue>, input: Ring<SerialQueue>?) {
    self.output = RingProducer(output)
    if let input {
      self.input = RingConsumer(input)
    } else {
      self.input = nil
    }
  }

  /// Number of bytes that can be written without dropping any.
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

  /// Adds a byte. It appears after `publish` and a signal to the virtualiser.
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

  /// Adds bytes, or none if there is not room for all of them.
  public mutating func write(_ bytes: Span<UInt8>) {
    if !outputFaulted {
      do throws(PeerFault) {
        if try output.enqueue(bytes) { return }
      } catch {
        outputFaulted = true
      }
    }
    dropped &+= UInt32(truncatingIfNeeded: bytes.count)
  }

  /// Hands over everything written as one batch, which the virtualiser keeps together.
  public mutating func publish() { output.publish() }

  /// The next byte of input; nil if there is none, and always nil after the virtualiser wrote an impossible index.
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
