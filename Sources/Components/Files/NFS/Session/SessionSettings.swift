// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ONCRPC

/// Where the files are and how to get there. Times are nanoseconds, sizes bytes.
public struct SessionSettings: Sendable {
  public var exportPath: [UInt8]
  public var credentials: Credentials
  /// Port of NFS; nil asks the port mapper.
  public var filesPort: UInt16?
  /// Port of MOUNT; nil asks the port mapper.
  public var mountPort: UInt16?
  /// Data in one READ at most. The server's own maximum is respected.
  public var readSize: UInt32 = 65_536
  /// Data in one WRITE at most.
  public var writeSize: UInt32 = 32_768
  /// Calls in flight at most.
  public var callLimit = 64
  /// For a connection to stand, and for one answer while mounting.
  public var stepTime: UInt64 = 5_000_000_000
  /// Between two attempts: doubling from the first to the second.
  public var firstRetryTime: UInt64 = 100_000_000
  public var lastRetryTime: UInt64 = 5_000_000_000
  /// Attempts to reach a server that was mounted before everything is asked anew: its ports may
  /// have moved.
  public var reconnectLimit = 3
  /// Names of the first call. Should differ from start to start.
  public var firstXID: UInt32 = 1

  public init(exportPath: [UInt8], credentials: Credentials) {
    self.exportPath = exportPath
    self.credentials = credentials
  }

  /// A reply: its data and all that can be around it. A directory's page is no longer.
  var recordLimit: Int { max(Int(readSize), 32_768) + 4096 }
}
