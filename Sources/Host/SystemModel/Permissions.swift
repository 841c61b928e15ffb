// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What a mapping allows: any combination of read, write and execute but write alone.
public struct Permissions: OptionSet, Hashable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let read = Permissions(rawValue: 1)
  public static let write = Permissions(rawValue: 2)
  public static let execute = Permissions(rawValue: 4)

  public static let readWrite: Permissions = [.read, .write]
}

extension Permissions: CustomStringConvertible {
  /// As the `perms` attribute is written: "r", "rw", "rx", "rwx", ...
  public var description: String {
    (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "") + (contains(.execute) ? "x" : "")
  }
}
