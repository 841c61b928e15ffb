// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What came of a command (lions/fs/protocol.h). 15 to 18 are newer than the rest; those from 0x1000 on are Serval's
/// own, for clients that have asked what only Serval's servers answer (`FileCommand.statOpen`).
public struct FileStatus: RawRepresentable, Equatable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static var success: FileStatus { FileStatus(rawValue: 0) }
  public static var error: FileStatus { FileStatus(rawValue: 1) }
  public static var invalidBuffer: FileStatus { FileStatus(rawValue: 2) }
  public static var invalidPath: FileStatus { FileStatus(rawValue: 3) }
  public static var invalidDescriptor: FileStatus { FileStatus(rawValue: 4) }
  public static var allocationError: FileStatus { FileStatus(rawValue: 5) }
  public static var outstandingOperations: FileStatus { FileStatus(rawValue: 6) }
  public static var invalidName: FileStatus { FileStatus(rawValue: 7) }
  public static var tooManyOpenFiles: FileStatus { FileStatus(rawValue: 8) }
  public static var denied: FileStatus { FileStatus(rawValue: 9) }
  public static var invalidWrite: FileStatus { FileStatus(rawValue: 10) }
  public static var invalidRead: FileStatus { FileStatus(rawValue: 11) }
  public static var directoryFull: FileStatus { FileStatus(rawValue: 12) }
  public static var invalidCommand: FileStatus { FileStatus(rawValue: 13) }
  public static var endOfDirectory: FileStatus { FileStatus(rawValue: 14) }
  public static var noFile: FileStatus { FileStatus(rawValue: 15) }
  public static var notDirectory: FileStatus { FileStatus(rawValue: 16) }
  public static var alreadyExists: FileStatus { FileStatus(rawValue: 17) }
  public static var notEmpty: FileStatus { FileStatus(rawValue: 18) }
  /// What is behind the server did not answer in time.
  public static var timedOut: FileStatus { FileStatus(rawValue: 0x1000) }
  /// There is no way to what is behind the server.
  public static var unreachable: FileStatus { FileStatus(rawValue: 0x1001) }
}
