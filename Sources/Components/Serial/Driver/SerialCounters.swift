// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a serial driver has seen since its start, for inspection and tests. All counters wrap.
public struct SerialCounters: Equatable, Sendable {
  /// Bytes written to the device.
  public var sent: UInt32 = 0
  /// Bytes passed to the receive virtualiser.
  public var received: UInt32 = 0
  /// Received bytes dropped because of an error.
  public var spoiled: UInt32 = 0
  /// How often the device lost bytes, in either direction.
  public var overruns: UInt32 = 0
  /// Framing errors, parity errors and breaks.
  public var lineErrors: UInt32 = 0
  /// Impossible indices in queues.
  public var peerFaults: UInt32 = 0

  /// All zero.
  public init() {}

  mutating func count(_ errors: LineErrors) {
    if errors.lostBytes { overruns &+= 1 }
    if errors.spoilByte { lineErrors &+= 1 }
  }
}
