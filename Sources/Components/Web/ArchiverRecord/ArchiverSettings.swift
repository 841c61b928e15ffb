// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Records

/// What the system `archiver` tells its program.
public struct ArchiverSettings: ProgramRecord {
  /// The record's name.
  public static var name: StaticString { "archiver" }
  /// The time at the program's start, in seconds since 1970; 0 if it is unknown.
  public var startTime: UInt64 = 0
  /// The TCP port.
  public var port: UInt16 = 80
  /// Whether requests are not logged on the console.
  public var isSilent = false

  /// The defaults.
  public init() {}

  /// The layout.
  public mutating func visit(_ fields: inout some RecordFields) {
    fields.visit("startTime", &startTime)
    fields.visit("port", &port)
    fields.visit("isSilent", &isSilent)
  }
}
