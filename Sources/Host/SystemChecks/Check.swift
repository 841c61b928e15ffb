// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML
import Targets

/// The result of checking a file.
public struct CheckResult: Sendable {
  /// What it was checked for.
  public var target: Target
  /// In the order of the file.
  public var findings: [Finding]
  /// What the errors have touched, for `lint`.
  public var broken = BrokenParts()
  /// The system, as far as it could be read; nil if the root element is not <system>.
  public var description: SystemDescription?

  /// Whether the Microkit tool would accept the file.
  public var isAccepted: Bool { !findings.contains { $0.severity == .error } }
}

/// Checks a system file by every rule that one SDK's Microkit tool applies.
///
/// - Parameters:
///   - file: name for positions.
///   - target: what the system is for; nil means the most common kind of board.
///   - searchPath: where the files are that prefill regions; nil does not look at them.
/// - Throws: `XMLError` if it is not XML.
public func check(
  _ bytes: [UInt8], file: String, sdk: SDKVersion, target: Target? = nil,
  searchPath: SearchPath? = nil
) throws(XMLError) -> CheckResult {
  let target = target ?? .mostCommon(sdk)
  return try TargetVerdict(
    bytes, file: file, sdk: sdk, targets: [target], searchPath: searchPath
  ).result
}

/// Checks a parsed file for one target, and says what the result depends on.
func checkAsking(
  _ root: XMLElement, sdk: SDKVersion, target: Target, searchPath: SearchPath? = nil
) -> (result: CheckResult, asked: TargetTraits) {
  let (context, system) = everyFinding(
    root, sdk: sdk, target: target, searchPath: searchPath)
  let (findings, broken) = withoutConsequences(inFileOrder(context.findings), in: root)
  let result = CheckResult(target: target, findings: findings, broken: broken, description: system)
  return (result, context.asked)
}

/// Checks a parsed file by every rule.
func everyFinding(
  _ root: XMLElement, sdk: SDKVersion, target: Target, searchPath: SearchPath? = nil
) -> (context: CheckContext, system: SystemDescription?) {
  var reader = SystemReader(sdk: sdk, target: target)
  var system = reader.read(root)
  guard root.name == "system" else { return (reader.context, nil) }
  var context = reader.context
  resolvePrefills(&system, path: searchPath, &context)
  checkNames(system, &context)
  checkIdentifiers(system, &context)
  checkProtectedCalls(system, &context)
  checkMaps(system, &context)
  checkPhysicalRegions(system, &context)
  checkMemory(system, &context)
  checkAllocation(system, &context)
  checkIO(system, &context)
  return (context, system)
}

/// Sorts findings by position, those about the whole file last.
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
