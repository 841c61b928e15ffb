// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO

/// Why a folder cannot be embedded: all reasons at once.
public struct EmbeddingError: Error, Equatable {
  /// Not empty.
  var problems: [EmbeddingProblem]

  init(_ problems: [EmbeddingProblem]) { self.problems = problems }
}

/// One reason, with the path that it concerns.
enum EmbeddingProblem: Equatable {
  /// There is no such folder.
  case noFolder(String)
  /// The C library's error for a folder or a file.
  case unreadable(String, Int32)
  /// A folder lies in itself by a link.
  case endlessLink(String)
  /// A name is not UTF-8.
  case notUTF8(String)
  /// A name has a backslash.
  case backslash(String)
  /// Neither a file nor a folder.
  case noFile(String)
  /// A file could not be read or written.
  case file(FileError)
}
