// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A request to an `NFSClient`. Paths are relative to the root of the export, with or without a leading slash. Symbolic
/// links are followed, except as the last name of a path that is removed, renamed or created.
public enum FileRequest: Sendable {
  /// Completes when the export is mounted.
  case mount
  /// Attributes of the file at a path.
  case attributes(path: [UInt8])
  /// Opens a regular file if its access rights allow the options.
  case open(path: [UInt8], OpenOptions)
  /// Attributes of an open file, from the cache if they are valid there.
  case attributesOfFile(FileHandle)
  /// Attributes of an open file, always from the server.
  case currentAttributes(FileHandle)
  /// Reads up to `count` bytes from byte `offset`. The result is shorter at the end of the file, and if the request
  /// spans more than `ClientSettings.blocksPerRead` blocks.
  case read(FileHandle, offset: UInt64, count: UInt64)
  /// Writes data at byte `offset`; it is on stable storage when the request completes.
  case write(FileHandle, offset: UInt64, data: [UInt8])
  /// Truncates or extends a file to this many bytes.
  case setSize(FileHandle, UInt64)
  /// Commits earlier writes of a file to stable storage.
  case synchronise(FileHandle)
  /// Renames a file; an existing one at `to` is replaced.
  case rename(from: [UInt8], to: [UInt8])
  /// Removes anything but a directory.
  case remove(path: [UInt8])
  /// Creates a directory with mode 0755.
  case makeDirectory(path: [UInt8])
  /// Removes an empty directory.
  case removeDirectory(path: [UInt8])
  /// All entries of a directory.
  case list(path: [UInt8])
  /// Size and free space of the file system.
  case statistics
}

/// How a file is opened.
public struct OpenOptions: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt8
  /// The options with these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// For reading.
  public static var read: OpenOptions { OpenOptions(rawValue: 1) }
  /// For writing.
  public static var write: OpenOptions { OpenOptions(rawValue: 2) }
  /// Creates the file with mode 0644 if it does not exist.
  public static var create: OpenOptions { OpenOptions(rawValue: 4) }
}

/// Result of a request.
public enum FileResult: Sendable {
  /// Success without a result.
  case done
  /// Attributes of the file.
  case attributes(FileAttributes)
  /// The open file and its attributes.
  case opened(FileHandle, FileAttributes)
  /// Consecutive pieces of the data, shared with the cache; empty at the end of the file.
  case data([ArraySlice<UInt8>])
  /// Number of bytes written.
  case written(Int)
  /// All entries of a directory, including those of "." and ".." if the server lists them.
  case entries([DirectoryEntry])
  /// Size and free space.
  case statistics(FileSystemStatistics)
  /// The request failed.
  case failed(FileError)
}

/// A completed request.
public struct FileCompletion: Sendable {
  /// The tag that `NFSClient.start` was given.
  public var tag: UInt64
  /// The result, or why there is none.
  public var result: FileResult
}
