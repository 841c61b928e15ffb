// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

/// What the Microkit tool would say of a file for each of several targets.
public struct TargetVerdict: Sendable {
  /// In the order in which they were asked for; not empty.
  public var results: [CheckResult]

  /// Checks a file for each target.
  ///
  /// - Parameters:
  ///   - file: name for positions.
  ///   - targets: not empty.
  ///   - searchPath: where the files are that prefill regions; nil does not look at them.
  /// - Throws: `XMLError` if it is not XML.
  public init(
    _ bytes: [UInt8], file: String, sdk: SDKVersion, targets: [Target],
    searchPath: SearchPath? = nil
  ) throws(XMLError) {
    self.init(
      try parseXML(bytes, file: file), findTemplateMarks(in: bytes, file: file), sdk: sdk,
      targets: targets, searchPath: searchPath)
  }

  /// - Parameter marks: what the file has of a template.
  init(
    _ root: XMLElement, _ marks: [TemplateMark], sdk: SDKVersion, targets: [Target],
    searchPath: SearchPath? = nil
  ) {
    var known: [(result: CheckResult, asked: TargetTraits)] = []
    for target in targets {
      if let same = known.first(where: { $0.asked.agree($0.result.target, target) }) {
        known.append(same)
        known[known.count - 1].result.target = target
      } else {
        known.append(checkAsking(root, sdk: sdk, target: target, searchPath: searchPath))
      }
    }
    results = known.map { $0.result.naming(marks) }
  }

  /// Whether some target takes the file.
  public var isAccepted: Bool { results.contains(where: \.isAccepted) }

  /// The result to report: the first that takes the file. If none does, the one for the target that
  /// the file seems to be meant for: it lacks least of what the file uses, and has the fewest errors.
  public var result: CheckResult {
    if let accepted = results.first(where: \.isAccepted) { return accepted }
    return results.min { $0.distance < $1.distance } ?? results[0]
  }
}

extension CheckResult {
  /// How far the file is from being one for this target.
  fileprivate var distance: (missing: Int, errors: Int) {
    let errors = findings.filter { $0.severity == .error }
    return (errors.count { $0.rule == Rule.unsupportedTarget.rawValue }, errors.count)
  }
}

extension TargetVerdict {
  /// One line on which targets would take the file: "would be taken by Microkit 2.3.1 for AArch64
  /// with 4 cores; on RISC-V rejected: line 7: ...".
  public func summary(_ sdk: SDKVersion) -> String {
    let targets = results.map(\.target)
    guard isAccepted else {
      let errors = results.map { $0.findings.filter { $0.severity == .error } }
      let isSame = errors.allSatisfy { $0 == errors[0] }
      return "would be rejected by Microkit \(sdk)"
        + (isSame
          ? ""
          : " for every target; the errors are those for \(result.target.title)")
    }
    var taken: [String] = []
    var reasons: [(error: String, architectures: [String])] = []
    for architecture in Target.Architecture.allCases {
      let ours = results.filter { $0.target.architecture == architecture }
      let accepting = ours.filter(\.isAccepted).map(\.target)
      if !accepting.isEmpty {
        taken.append(Target.title(of: accepting, among: targets))
      } else if let best = ours.min(by: { $0.distance < $1.distance }) {
        let error = best.firstError
        if let index = reasons.firstIndex(where: { $0.error == error }) {
          reasons[index].architectures.append(architecture.title)
        } else {
          reasons.append((error, [architecture.title]))
        }
      }
    }
    let isEverywhere = results.allSatisfy(\.isAccepted)
    let scope = isEverywhere ? "" : " for " + taken.joined(separator: ", ")
    let rejected = reasons.map {
      "on \($0.architectures.joined(separator: " and ")) rejected: \($0.error)"
    }
    return (["would be taken by Microkit \(sdk)\(scope)"] + rejected).joined(separator: "; ")
  }
}

extension CheckResult {
  fileprivate var firstError: String {
    guard let error = findings.first(where: { $0.severity == .error }) else { return "" }
    guard case .source(let location)? = error.place else { return error.message }
    return "line \(location.line): \(error.message)"
  }
}
