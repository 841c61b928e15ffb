// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A network card as the ethernet driver uses it. Addresses are bus addresses; buffers have 2,048 bytes.
///
/// Every member is mutating, even those that change nothing: otherwise the compiler copies the device for each call.
public protocol EthernetDevice: ~Copyable {
  /// Resets the card and starts it with empty rings.
  mutating func start() throws(EthernetDeviceFault)

  /// Whether the card can address the buffer and send a frame of `length` bytes from it.
  mutating func accepts(_ address: UInt64, length: Int) -> Bool

  /// Whether the receive ring has room for another empty buffer.
  var hasReceiveRoom: Bool { mutating get }
  /// Gives the card an empty buffer to receive into, one for which `accepts` is true.
  mutating func provide(_ address: UInt64)
  /// The next received frame, its length without the frame check sequence; nil if there is none.
  ///
  /// A buffer without a whole frame either has a length of 0 and goes to the virtualiser, which has a lower priority
  /// and so limits the rate; or it goes straight back to the card, at most one ring of buffers between two calls of
  /// `kick`.
  mutating func received() -> (address: UInt64, length: Int)?

  /// Whether the transmit ring has room for another frame.
  var hasTransmitRoom: Bool { mutating get }
  /// Gives the card a frame to send, one for which `accepts` is true.
  mutating func transmit(_ address: UInt64, length: Int)
  /// The next buffer whose frame has been sent; nil if there is none.
  mutating func transmitted() -> UInt64?

  /// Notifies the card of the buffers and frames given to it since the last call.
  mutating func kick()
  /// Reads and clears the causes of the interrupt; false if none of them concerns frames. Restarts a card that an
  /// error has stopped. It keeps its buffers, but frames may be lost.
  mutating func takeInterrupts() -> Bool
  /// Whether the card has stopped after an error and cannot be restarted.
  var hasFailed: Bool { mutating get }
  /// Turns interrupts for sent frames on or off. Frames sent before it is turned on may cause none, so call
  /// `transmitted` afterwards.
  mutating func setTransmitInterrupt(_ on: Bool)

  /// Whether an interrupt has reported a change of the link since the last call.
  mutating func takeLinkChange() -> Bool
  /// Whether the link is up; true if the card cannot tell.
  var isLinkUp: Bool { mutating get }
}

/// Why a card cannot be started.
public enum EthernetDeviceFault: Error, Equatable, Sendable {
  /// There is no such card at these registers.
  case absent
  /// The card lacks a feature that the driver needs, or did not complete its reset.
  case unusable
  /// The memory for the rings is too small.
  case ringMemory
}
