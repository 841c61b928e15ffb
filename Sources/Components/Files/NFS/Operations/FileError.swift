// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why an operation on files failed.
public enum FileError: Error, Equatable, Sendable {
  /// The server's own word.
  case server(NFSStatus)
  /// No answer in the time that operations have.
  case timedOut
  /// The server does not let us mount the export.
  case refused
  /// More symbolic links in a row than are followed, or a path that they made too long.
  case tooManyLinks
  /// Empty, too long, or with a name that no file can have.
  case invalidPath
  /// Not what an operation of this kind works on: a directory to read, say.
  case wrongType
  /// The server answered what cannot be.
  case protocolViolation
  /// A directory with more entries than this client holds.
  case directoryTooLarge
}
