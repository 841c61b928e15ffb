// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO

extension GraphError: DiagnosableError {
  public var findings: [Finding] {
    switch self {
    case .unknownFormat(let path):
      return [
        Finding(
          rule: "graph-format", at: .option("--output"),
          "'\(path)' does not say what kind of picture to write",
          fix: "end the name in .svg, .png, .pdf or .dot")
      ]
    case .file(let error):
      return error.findings
    case .program(let error):
      return error.findings.map { finding in
        var finding = finding
        let way = "write a .dot file, which needs no layout"
        finding.fix = finding.fix.map { "\($0), or \(way)" } ?? way
        return finding
      }
    case .layoutFailed(let program, let status, let message):
      let reason = message.split(separator: "\n").first.map(String.init) ?? "it gave no reason"
      return [
        Finding(rule: "graph-layout", "'\(program)' failed with status \(status): \(reason)")
      ]
    }
  }
}
