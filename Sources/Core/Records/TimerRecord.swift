// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Where a client finds the timer driver (sddf/timer/config.h).
public enum TimerClientConfig: Record {
  public static var byteCount: Int { 6 }
  public static var section: StaticString { ".timer_client_config" }
  public static var magic: Magic { .sddf(6) }

  /// Channel identifier for protected calls to the driver.
  public static var driverID: Field<Self, UInt8> { .init(at: 5) }
}
