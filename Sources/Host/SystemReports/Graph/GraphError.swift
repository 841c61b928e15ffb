// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO

/// Why a graph was not written.
public enum GraphError: Error, Hashable, Sendable {
  /// The file name has no known extension.
  case unknownFormat(path: String)
  /// The file cannot be written.
  case file(FileError)
  /// Graphviz's program cannot be run.
  case program(SubprocessError)
  /// Graphviz failed, with this status and message.
  case layoutFailed(program: String, status: Int32, message: String)
}

extension GraphError: DiagnosableError {
  /// One finding; for a missing program also with the way around it.
  public var findings: [Finding] {
    switch self {
    case .unknownFormat(let path):
      return [
        Finding(
          rule: "graph-format", at: .option("--output"),
          "'\(path)' has no extension of a known format",
          fix: "use .svg, .png, .pdf, .dot or .gv")
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
