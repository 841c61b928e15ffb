// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

/// What checking a file gives.
public struct CheckResult: Sendable {
  /// In the order of the file.
  public var findings: [Finding]
  /// The system as far as it could be read; nil where the file is no system file at all.
  public var description: SystemDescription?

  /// Whether the Microkit tool would take the file.
  public var isAccepted: Bool { !findings.contains { $0.severity == .error } }
}

/// Checks a system file by every rule that the Microkit tool of a version applies to it.
///
/// - Parameters:
///   - file: name for places.
///   - memory: bytes of normal memory that the board has for regions; nil to leave that open.
/// - Throws: `XMLError` for what is no XML.
public func check(
  _ bytes: [UInt8], file: String, sdk: SDKVersion, memory: UInt64? = nil
) throws(XMLError) -> CheckResult {
  let root = try parseXML(bytes, file: file)
  var reader = SystemReader(sdk: sdk)
  let system = reader.read(root)
  guard root.name == "system" else {
    return CheckResult(findings: reader.context.findings, description: nil)
  }
  var context = reader.context
  checkNames(system, &context)
  checkIdentifiers(system, &context)
  checkProtectedCalls(system, &context)
  checkMaps(system, &context)
  checkPhysicalRegions(system, &context)
  checkMemory(system, available: memory, &context)
  return CheckResult(findings: inFileOrder(context.findings), description: system)
}

/// Findings by place, those about the whole file last.
func inFileOrder(_ findings: [Finding]) -> [Finding] {
  func key(_ finding: Finding) -> SourceLocation {
    if case .source(let location)? = finding.place { return location }
    return SourceLocation(file: "", line: .max, column: 0)
  }
  return findings.enumerated().sorted { a, b in
    let (x, y) = (key(a.element), key(b.element))
    return (x.line, x.column, a.offset) < (y.line, y.column, b.offset)
  }.map(\.element)
}
