// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC
import Time

/// How to reach an export. Sizes are in bytes.
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
  public var stepTime: Interval = .seconds(5)
  /// First pause between two attempts to connect. It doubles with each, up to `lastRetryTime`.
  public var firstRetryTime: Interval = .milliseconds(100)
  /// Longest pause between two attempts to connect.
  public var lastRetryTime: Interval = .seconds(5)
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
