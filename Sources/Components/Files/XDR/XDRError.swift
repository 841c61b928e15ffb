// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Why bytes are not the value that was to be read from them.
public enum XDRError: Error, Equatable, Sendable {
  /// The bytes end before the value does.
  case truncated
  /// A variable length is beyond what the protocol allows.
  case tooLong
  /// A boolean, discriminant or enumerated value that does not exist.
  case badValue
}
