// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemChecks
import SystemModel
import SystemReports
import SystemXML

/// A system file in another SDK's schema.
public struct Conversion: Sendable {
  /// The SDK of the file.
  public var source: SDKVersion
  /// The SDK of `bytes`.
  public var target: SDKVersion
  /// The new file: the old one with only what had to change. Of use only without errors.
  public var bytes: [UInt8]
  /// How many attributes and elements were added or removed.
  public var changes: Int
  /// What the target cannot express, by position in the old file. Errors mean that there is no such
  /// file; warnings, what is different in it.
  public var findings: [Finding]

  /// Whether `bytes` is a file for the target.
  public var isComplete: Bool { !findings.contains { $0.severity == .error } }
}

/// Converts a system file to another SDK's schema, and verifies that the target's tool takes the
/// result and that both mean the same.
///
/// - Parameters:
///   - file: name for positions.
///   - source: the file's SDK; nil chooses the newest that accepts it.
///   - isLossy: whether to leave out what the target cannot express.
///   - searchPaths: directories of files that prefill regions, for their sizes.
/// - Throws: `XMLError` or `RejectedSystem` if `source` does not accept the file.
public func convert(
  _ bytes: [UInt8], file: String, from source: SDKVersion?, to target: SDKVersion,
  isLossy: Bool = false, searchPaths: [String] = []
) throws -> Conversion {
  let (system, source) = try loadSystem(bytes, file: file, sdk: source)
  if source == target {
    return Conversion(source: source, target: target, bytes: bytes, changes: 0, findings: [])
  }
  var converter = SchemaConverter(
    system, bytes, from: source, to: target,
    searchPath: searchPaths.isEmpty ? nil : SearchPath(searchPaths, sdk: source))
  converter.convert(try parseXML(bytes, file: file))
  var findings = converter.losses.map { $0.finding(target: target, isAgreed: isLossy) }
  findings += converter.findings
  let result = converter.edits.applied
  findings += verify(
    result, against: system, converter, file: file, isExact: converter.losses.isEmpty)
  return Conversion(
    source: source, target: target, bytes: result, changes: converter.edits.count,
    findings: inFileOrder(findings))
}

private func inFileOrder(_ findings: [Finding]) -> [Finding] {
  func key(_ finding: Finding) -> (Int, Int) {
    guard case .source(let place)? = finding.place else { return (.max, 0) }
    return (place.line, place.column)
  }
  return findings.sorted { key($0) < key($1) }
}

/// Why the target's tool would reject the result, at the places in the old file; or how it would
/// mean something else although nothing was left out.
private func verify(
  _ result: [UInt8], against system: SystemDescription, _ converter: SchemaConverter, file: String,
  isExact: Bool
) -> [Finding] {
  do {
    let converted = try loadSystem(result, file: file, sdk: converter.target).description
    guard isExact else { return [] }
    let changes = diff(system, converted, sdk: converter.source, afterSDK: converter.target)
    if changes.isEmpty { return [] }
    let text = ChangeRenderer().text(changes).split(separator: "\n").joined(separator: "; ")
    return [
      Finding(
        rule: "unsupported-by-sdk", at: .file(file),
        "the system would mean something else in Microkit \(converter.target): \(text)")
    ]
  } catch {
    // A size that is not known has been reported already.
    if converter.findings.contains(where: { $0.severity == .error }) { return [] }
    return ((error as? any DiagnosableError)?.findings ?? []).map { finding in
      guard case .source(let place)? = finding.place else { return finding }
      var finding = finding
      let offset = converter.edits.sourceOffset(of: place.byteOffset(in: result))
      finding.place = .source(
        SourceLocation(ofByte: offset, in: converter.edits.bytes, file: file))
      return finding
    }
  }
}
