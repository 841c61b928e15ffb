// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

/// A file that no SDK's tool, or not the one asked for, would take.
public struct RejectedSystem: DiagnosableError, Hashable {
  public var sdk: SDKVersion
  public var findings: [Finding]
}

/// Reads a system file that is expected to be right.
///
/// - Parameter sdk: whose dialect it is in; nil finds one that takes it, the newest first.
/// - Throws: `XMLError`, or `RejectedSystem` with the findings for `sdk`, else for the newest.
public func loadSystem(
  _ bytes: [UInt8], file: String, sdk: SDKVersion?
) throws -> (description: SystemDescription, sdk: SDKVersion) {
  let candidates = sdk.map { [$0] } ?? SDKVersion.allCases.reversed()
  var firstFindings: [Finding]?
  for candidate in candidates {
    let result = try check(bytes, file: file, sdk: candidate)
    if result.isAccepted, let description = result.description { return (description, candidate) }
    firstFindings = firstFindings ?? result.findings.filter { $0.severity == .error }
  }
  throw RejectedSystem(sdk: candidates[0], findings: firstFindings ?? [])
}
