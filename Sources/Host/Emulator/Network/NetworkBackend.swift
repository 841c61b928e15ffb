// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

/// The network at the far end of the machine's Ethernet cable. Frames have no check sequence.
protocol NetworkBackend: AnyObject {
  /// Receives each frame for the machine. Set by the cable.
  var deliver: ([UInt8]) -> Void { get set }
  /// Accepts a frame from the machine.
  func transmit(_ frame: [UInt8], now: UInt64)

  /// The descriptors to poll while waiting.
  ///
  /// - Parameter timeout: the longest wait in milliseconds; may be shortened.
  func descriptors(timeout: inout UInt32) -> [pollfd]
  /// Handles the events of polled descriptors, which are in the order of `descriptors(timeout:)`.
  func handle(_ descriptors: [pollfd], now: UInt64)

  /// When its next event is due, in nanoseconds of virtual time; nil for never.
  var nextEvent: UInt64? { get }
  /// Handles the events that are due.
  func advance(to now: UInt64)

  /// How many frames may wait for buffers of the machine's card; more are lost.
  var queueLimit: Int { get }
  /// Whether it holds frames back by itself. If so, it is not polled while half of `queueLimit` is waiting.
  var hasFlowControl: Bool { get }
}

extension NetworkBackend {
  // What a card has memory for.
  var queueLimit: Int { 256 }
  var hasFlowControl: Bool { false }
}
