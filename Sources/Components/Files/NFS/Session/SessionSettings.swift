// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC

/// How to reach an export. Times are in nanoseconds, sizes in bytes.
public struct SessionSettings: Sendable {
  /// Path of the export on the server.
  public var exportPath: [UInt8]
  /// Credentials of all calls but those to the port mapper.
  public var credentials: Credentials
  /// TCP port of NFS; nil asks the port mapper.
  public var filesPort: UInt16?
  /// TCP port of MOUNT; nil asks the port mapper.
  public var mountPort: UInt16?
  /// Maximum size of a READ; the server's own maximum applies too.
  public var readSize: UInt32 = 65_536
  /// Maximum size of a WRITE; the server's own maximum applies too.
  public var writeSize: UInt32 = 32_768
  /// Maximum number of calls in flight.
  public var callLimit = 64
  /// Timeout of a connection attempt, and of each reply while mounting.
  public var stepTime: UInt64 = 5_000_000_000
  /// First pause between two attempts to connect. It doubles with each, up to `lastRetryTime`.
  public var firstRetryTime: UInt64 = 100_000_000
  /// Longest pause between two attempts to connect.
  public var lastRetryTime: UInt64 = 5_000_000_000
  /// Failed attempts to reconnect before ports and export are asked for again, as they may have changed.
  public var reconnectLimit = 3
  /// Transaction ID of the first call. It should differ between starts.
  public var firstXID: UInt32 = 1

  /// The defaults for an export.
  public init(exportPath: [UInt8], credentials: Credentials) {
    self.exportPath = exportPath
    self.credentials = credentials
  }

  /// Maximum size of a reply: the data and its headers. A page of READDIRPLUS fits too.
  var recordLimit: Int { max(Int(readSize), 32_768) + 4096 }
}
