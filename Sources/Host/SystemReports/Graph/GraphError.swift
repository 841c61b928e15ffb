// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why a graph's file was not written.
public enum GraphError: Error, Hashable, Sendable {
  case unknownFormat(path: String)
  case cannotWrite(path: String, code: Int32)
  case noTemporaryFile(code: Int32)
  /// The program is missing or not executable; an `errno` value.
  case cannotRun(program: String, code: Int32)
  case layoutFailed(program: String, status: Int32, message: String)
}
