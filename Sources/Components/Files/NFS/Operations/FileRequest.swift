// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a client of files can ask for. Paths are from the export's root; a slash in front changes
/// nothing. Symbolic links are followed, but for the last name of a path that is changed itself.
public enum FileRequest: Sendable {
  /// Waits for the export to be mounted.
  case mount
  case attributes(path: [UInt8])
  /// A regular file; looks whether the rights allow what it is opened for.
  case open(path: [UInt8], OpenOptions)
  /// Of an open file, from the server or as they were a short time ago.
  case attributesOfFile(FileHandle)
  /// Of an open file, from the server.
  case currentAttributes(FileHandle)
  /// Data from `offset` on, up to `count` bytes; fewer at the file's end, and where more was asked
  /// for than is handed out at once.
  case read(FileHandle, offset: UInt64, count: UInt64)
  case write(FileHandle, offset: UInt64, data: [UInt8])
  case setSize(FileHandle, UInt64)
  case synchronise(FileHandle)
  case rename(from: [UInt8], to: [UInt8])
  case remove(path: [UInt8])
  case makeDirectory(path: [UInt8])
  case removeDirectory(path: [UInt8])
  /// All entries of a directory.
  case list(path: [UInt8])
  case statistics
}

public struct OpenOptions: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static var read: OpenOptions { OpenOptions(rawValue: 1) }
  public static var write: OpenOptions { OpenOptions(rawValue: 2) }
  /// Makes the file if there is none, with mode 0644.
  public static var create: OpenOptions { OpenOptions(rawValue: 4) }
}

/// What came of a request.
public enum FileResult: Sendable {
  case done
  case attributes(FileAttributes)
  case opened(FileHandle, FileAttributes)
  /// Pieces in order. They are shared with the cache, not copied; none at the end of the file.
  case data([ArraySlice<UInt8>])
  case written(Int)
  case entries([DirectoryEntry])
  case statistics(FileSystemStatistics)
  case failed(FileError)
}

public struct FileCompletion: Sendable {
  public var tag: UInt64
  public var result: FileResult
}
