// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO
import SystemModel

/// Where the Microkit tool looks for the files that a system names: its `--search-path`, and the
/// current directory, which comes first and since 2.3.0 last (main.rs of each version).
public struct SearchPath: Hashable, Sendable {
  /// As given, without the current directory.
  public var directories: [String]
  /// In the order of the search.
  private var candidates: [String]

  /// Creates a search path for the tool of one SDK.
  public init(_ directories: [String], sdk: SDKVersion) {
    self.directories = directories
    candidates = sdk < .v2_3_0 ? ["."] + directories : directories + ["."]
  }

  /// The first file or directory of that name; nil if there is none.
  public func find(_ name: String) -> String? {
    if name.hasPrefix("/") { return Files.exists(name) ? name : nil }
    return candidates.map { $0 == "." && !name.isEmpty ? name : "\($0)/\(name)" }
      .first(where: Files.exists)
  }

  /// For messages.
  var description: String { directories.joined(separator: ", ") }
}
