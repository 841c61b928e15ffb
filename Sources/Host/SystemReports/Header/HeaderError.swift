// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// Why constants were not written.
public enum HeaderError: Error, Hashable, Sendable {
  /// The system has no protection domain of that name.
  case noDomain(String, known: [String])
}

extension HeaderError: DiagnosableError {
  /// One finding, with the name that was probably meant.
  public var findings: [Finding] {
    switch self {
    case .noDomain(let name, let known):
      let all = "choose one of: \(known.joined(separator: ", "))"
      return [
        Finding(
          rule: "unknown-domain", at: .option("--pd"),
          "the system has no protection domain '\(name)'",
          fix: known.isEmpty
            ? "leave out --pd"
            : nearestName(to: name, in: known).map { "did you mean '\($0)'?" } ?? all)
      ]
    }
  }
}
