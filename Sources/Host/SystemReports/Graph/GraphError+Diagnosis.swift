// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc

extension GraphError: DiagnosableError {
  public var findings: [Finding] { [finding] }

  private var finding: Finding {
    switch self {
    case .unknownFormat(let path):
      Finding(
        rule: "graph-format", at: .option("--output"),
        "'\(path)' does not say what kind of picture to write",
        fix: "end the name in .svg, .png, .pdf or .dot")
    case .cannotWrite(let path, let code):
      Finding(rule: "graph-write", at: .file(path), "cannot be written: \(text(code))")
    case .noTemporaryFile(let code):
      Finding(
        rule: "graph-write", "no temporary file can be made for the layout: \(text(code))",
        fix: "check that TMPDIR or /tmp is writable")
    case .cannotRun(let program, let code):
      Finding(
        rule: "graph-no-graphviz", "'\(program)' cannot be run: \(text(code))",
        fix: "install Graphviz (apt install graphviz), or write a .dot file, which needs no layout")
    case .layoutFailed(let program, let status, let message):
      Finding(
        rule: "graph-layout",
        "'\(program)' failed with status \(status): \(firstLine(of: message))")
    }
  }

  private func text(_ code: Int32) -> String { String(cString: strerror(code)) }

  private func firstLine(of message: String) -> String {
    message.split(separator: "\n").first.map(String.init) ?? "it gave no reason"
  }
}
