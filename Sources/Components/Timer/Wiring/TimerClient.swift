// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records

/// A client's access to the timer driver (sDDF 0.7.0, sddf/timer/client.h).
public struct TimerClient: Sendable {
  private enum Request {
    static var getTime: UInt64 { 0 }
    static var setTimeout: UInt64 { 1 }
  }

  /// The channel to the driver, which signals when the timeout has passed.
  public let channel: Channel

  /// The timer in the record.
  public init(_ config: LinkedRecord<TimerClientConfig>) {
    channel = Channel(config[TimerClientConfig.driverID])
  }

  /// Nanoseconds since an arbitrary moment before this domain started; never decreases.
  public func now() -> UInt64 { channel.callAgain { Message(label: Request.getTime) }.word(0) }

  /// Requests a signal in `nanoseconds`, in place of an earlier request.
  public func setTimeout(nanoseconds: UInt64) {
    _ = channel.callAgain { Message(label: Request.setTimeout, count: 1, nanoseconds) }
  }
}
