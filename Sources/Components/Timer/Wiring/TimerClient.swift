// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records

/// The timer driver as one of its clients calls it (sDDF 0.7.0, sddf/timer/client.h).
public struct TimerClient: Sendable {
  private enum Request {
    static var getTime: UInt64 { 0 }
    static var setTimeout: UInt64 { 1 }
  }

  /// Signals here mean that the timeout has passed.
  public let channel: Channel

  public init(_ config: LinkedRecord<TimerClientConfig>) {
    channel = Channel(config[TimerClientConfig.driverID])
  }

  /// Nanoseconds since some moment before this domain started; never falls.
  public func now() -> UInt64 { channel.call(Message(label: Request.getTime)).word(0) }

  /// Asks for a signal in `nanoseconds`, in place of the one asked for before.
  public func setTimeout(nanoseconds: UInt64) {
    _ = channel.call(Message(label: Request.setTimeout, count: 1, nanoseconds))
  }
}
