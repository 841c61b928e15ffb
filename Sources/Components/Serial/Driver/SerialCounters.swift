// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a serial driver has seen since its start; for inspection and tests. Counters wrap.
public struct SerialCounters: Equatable, Sendable {
  public var sent: UInt32 = 0
  public var received: UInt32 = 0
  /// Received bytes that were dropped because they came with an error.
  public var spoiled: UInt32 = 0
  /// Times that the device lost bytes, in either direction.
  public var overruns: UInt32 = 0
  /// Framing errors, parity errors and breaks.
  public var lineErrors: UInt32 = 0
  /// Impossible queue indices.
  public var peerFaults: UInt32 = 0

  public init() {}

  mutating func count(_ errors: LineErrors) {
    if errors.lostBytes { overruns &+= 1 }
    if errors.spoilByte { lineErrors &+= 1 }
  }
}
