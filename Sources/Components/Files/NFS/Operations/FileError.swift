// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why a request failed.
public enum FileError: Error, Equatable, Sendable {
  /// The server refused it with this status.
  case server(NFSStatus)
  /// `ClientSettings.operationTime` or `mountTime` has passed.
  case timedOut
  /// The server refused to mount the export.
  case refused
  /// Too many symbolic links, or links that make the path too long.
  case tooManyLinks
  /// The path is empty or too long, or contains an impossible name.
  case invalidPath
  /// The file has the wrong type for this request, such as a directory for a read.
  case wrongType
  /// The server's reply violates the protocol.
  case protocolViolation
  /// The directory has more entries than `ClientSettings.listLimit` allows.
  case directoryTooLarge
}
