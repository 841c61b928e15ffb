// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO

/// Why a graph's file was not written.
public enum GraphError: Error, Hashable, Sendable {
  case unknownFormat(path: String)
  case file(FileError)
  case program(SubprocessError)
  case layoutFailed(program: String, status: Int32, message: String)
}
