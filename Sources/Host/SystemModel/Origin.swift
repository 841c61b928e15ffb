// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// Where an entity of a model was read from, if it was read from a file.
///
/// All origins are equal: two systems that differ only in where their text stands are the same system.
public struct Origin: Hashable, Sendable {
  public var location: SourceLocation?

  public init(_ location: SourceLocation? = nil) { self.location = location }

  public static func == (lhs: Self, rhs: Self) -> Bool { true }
  public func hash(into hasher: inout Hasher) {}
}
