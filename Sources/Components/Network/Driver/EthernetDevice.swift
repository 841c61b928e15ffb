// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A network card as the ethernet driver needs it. Addresses are the device's own; buffers have 2,048 bytes.
///
/// Everything is mutating, also what changes nothing: otherwise the compiler copies the device for each look.
public protocol EthernetDevice: ~Copyable {
  /// Starts the card with empty rings. What it cannot work with is an error.
  mutating func start() throws(EthernetDeviceFault)

  /// Whether the card can reach a buffer, and send a frame of that length from it.
  mutating func accepts(_ address: UInt64, length: Int) -> Bool

  /// Whether one more empty buffer can be given to the card.
  var hasReceiveRoom: Bool { mutating get }
  /// Gives the card an empty buffer to receive into; only what it accepts.
  mutating func provide(_ address: UInt64)
  /// The next frame that has been received, without frame check sequence; nil when there is none. What is no whole
  /// frame has a length of 0: its buffer comes back when the virtualiser, which is less urgent, has seen it. Or it goes
  /// back to the card, but no more of them than the card's ring holds between two calls of `kick`.
  mutating func received() -> (address: UInt64, length: Int)?

  /// Whether one more frame can be given to the card.
  var hasTransmitRoom: Bool { mutating get }
  /// Gives the card a frame to send; only what it accepts.
  mutating func transmit(_ address: UInt64, length: Int)
  /// The next buffer whose frame has been sent; nil when there is none.
  mutating func transmitted() -> UInt64?

  /// Tells the card of what it has been given since the last time.
  mutating func kick()
  /// Takes the causes of the interrupt line; false when none of them is about frames. A card that an error has
  /// stopped is started anew here, with what it has of buffers; frames may be lost.
  mutating func takeInterrupts() -> Bool
  /// Whether the card stands still after an error, for good.
  var hasFailed: Bool { mutating get }
  /// Whether the line rises for sent frames, too. Those that are sent already when it is set on are found by
  /// looking: `transmitted`.
  mutating func setTransmitInterrupt(_ on: Bool)

  /// Whether an interrupt has said that the link has changed, since the last time.
  mutating func takeLinkChange() -> Bool
  /// Whether there is a carrier; true where the card does not tell.
  var isLinkUp: Bool { mutating get }
}

public enum EthernetDeviceFault: Error, Equatable, Sendable {
  /// Nothing answers at these registers, or something else.
  case absent
  /// The card lacks what the driver cannot do without, or has not come out of its reset.
  case unusable
  /// The memory for the rings is too short for the smallest ones.
  case ringMemory
}
