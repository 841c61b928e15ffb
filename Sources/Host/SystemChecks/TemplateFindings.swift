// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemXML

extension CheckResult {
  /// Names a template as what it is.
  ///
  /// If the Microkit tool rejects it, that replaces the findings, which follow from it. If the tool
  /// accepts it, because it ignores text in most places, it is a warning.
  ///
  /// - Parameter marks: of the whole file.
  func naming(_ marks: [TemplateMark]) -> CheckResult {
    if marks.isEmpty { return self }
    let lines = Set(
      findings.compactMap { finding -> Int? in
        guard case .source(let location)? = finding.place else { return nil }
        return location.line
      })
    // What looks like a placeholder may be a name.
    let mark = marks.first { $0.kind.isPreprocessor || lines.contains($0.location.line) }
    guard let mark else { return self }
    let finding = Finding(
      rule: Rule.template.rawValue, severity: isAccepted ? .warning : .error,
      at: .source(mark.location), mark.kind.message(mark.text), fix: mark.kind.fix)
    var result = self
    if isAccepted {
      result.findings = inFileOrder(findings + [finding])
    } else {
      (result.findings, result.description) = ([finding], nil)
    }
    return result
  }
}
