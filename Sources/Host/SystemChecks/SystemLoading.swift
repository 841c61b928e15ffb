// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML
import Targets

/// A file that no SDK's tool, or not the requested one, would accept for any target.
public struct RejectedSystem: DiagnosableError, Hashable {
  /// The SDK that the findings are for.
  public var sdk: SDKVersion
  /// Why its tool would reject the file; errors only.
  public var findings: [Finding]
}

/// Reads a system file that should be valid for some target.
///
/// - Parameters:
///   - file: name for positions.
///   - sdk: its dialect; nil chooses the newest that accepts the file.
/// - Throws: `XMLError`, or `RejectedSystem` with the findings for `sdk`, or else for the newest.
public func loadSystem(
  _ bytes: [UInt8], file: String, sdk: SDKVersion?
) throws -> (description: SystemDescription, sdk: SDKVersion) {
  let candidates = sdk.map { [$0] } ?? SDKVersion.allCases.reversed()
  let root = try parseXML(bytes, file: file)
  let marks = findTemplateMarks(in: bytes, file: file)
  var firstFindings: [Finding]?
  for candidate in candidates {
    let verdict = TargetVerdict(root, marks, sdk: candidate, targets: Target.kinds(of: candidate))
    let result = verdict.result
    if result.isAccepted, let description = result.description { return (description, candidate) }
    firstFindings = firstFindings ?? result.findings.filter { $0.severity == .error }
  }
  throw RejectedSystem(sdk: candidates[0], findings: firstFindings ?? [])
}
