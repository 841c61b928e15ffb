// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Status of a completed command (lions/fs/protocol.h). Older servers lack 15 to 18. Statuses from 0x1000 on are
/// Serval's own: servers send them only to clients that have used `FileCommand.statOpen`.
public struct FileStatus: RawRepresentable, Equatable, Sendable {
  /// The number in the protocol.
  public let rawValue: UInt64
  /// The status with this number, defined or not.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The command succeeded.
  public static var success: FileStatus { FileStatus(rawValue: 0) }
  /// The command failed for a reason without a status of its own.
  public static var error: FileStatus { FileStatus(rawValue: 1) }
  /// A buffer lies outside of the share, or is too small.
  public static var invalidBuffer: FileStatus { FileStatus(rawValue: 2) }
  /// A path lies outside of the share, or is not acceptable.
  public static var invalidPath: FileStatus { FileStatus(rawValue: 3) }
  /// The descriptor is not open.
  public static var invalidDescriptor: FileStatus { FileStatus(rawValue: 4) }
  /// The server is out of descriptors, memory or disk space.
  public static var allocationError: FileStatus { FileStatus(rawValue: 5) }
  /// Commands that use the descriptor, or the connection, are in flight.
  public static var outstandingOperations: FileStatus { FileStatus(rawValue: 6) }
  /// A name is too long.
  public static var invalidName: FileStatus { FileStatus(rawValue: 7) }
  /// Too many files are open.
  public static var tooManyOpenFiles: FileStatus { FileStatus(rawValue: 8) }
  /// Permission denied, or a read-only file system.
  public static var denied: FileStatus { FileStatus(rawValue: 9) }
  /// The file is not open for writing.
  public static var invalidWrite: FileStatus { FileStatus(rawValue: 10) }
  /// The file is not open for reading.
  public static var invalidRead: FileStatus { FileStatus(rawValue: 11) }
  /// The directory has no room for another entry.
  public static var directoryFull: FileStatus { FileStatus(rawValue: 12) }
  /// The command or its flags are undefined.
  public static var invalidCommand: FileStatus { FileStatus(rawValue: 13) }
  /// The directory has no further entries.
  public static var endOfDirectory: FileStatus { FileStatus(rawValue: 14) }
  /// No such file or directory.
  public static var noFile: FileStatus { FileStatus(rawValue: 15) }
  /// A component of the path is not a directory.
  public static var notDirectory: FileStatus { FileStatus(rawValue: 16) }
  /// The name is taken.
  public static var alreadyExists: FileStatus { FileStatus(rawValue: 17) }
  /// The directory is not empty.
  public static var notEmpty: FileStatus { FileStatus(rawValue: 18) }
  /// The storage behind the server, such as an NFS server, did not answer in time.
  public static var timedOut: FileStatus { FileStatus(rawValue: 0x1000) }
  /// The server has no connection to its storage.
  public static var unreachable: FileStatus { FileStatus(rawValue: 0x1001) }
}
