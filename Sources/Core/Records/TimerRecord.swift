// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Record of a timer client (`timer_client_config_t`, sddf/timer/config.h).
public enum TimerClientConfig: Record {
  /// `sizeof(timer_client_config_t)`.
  public static var byteCount: Int { 6 }
  /// Section of the images that have this record.
  public static var section: StaticString { ".timer_client_config" }
  /// sDDF, class 6.
  public static var magic: Magic { .sddf(6) }

  /// Identifier of the channel for protected calls to the driver.
  public static var driverID: Field<Self, UInt8> { .init(at: 5) }
}
