// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO

extension EmbeddingError: DiagnosableError {
  /// A finding for each problem.
  public var findings: [Finding] { problems.flatMap(\.findings) }
}

extension EmbeddingProblem {
  fileprivate var findings: [Finding] {
    switch self {
    case .noFolder(let path):
      [finding("no-folder", path, "is no folder", "create it, with the files to embed")]
    case .unreadable(let path, let errno):
      [finding("unreadable", path, "cannot be read: \(systemText(errno))", nil)]
    case .endlessLink(let path):
      [finding("endless-link", path, "is a link to a folder that it lies in", "remove the link")]
    case .notUTF8(let path):
      [finding("name-not-utf8", path, "has a name that is not UTF-8", "rename it")]
    case .backslash(let path):
      [
        finding(
          "name-backslash", path, "has a backslash in its name, which no request may have",
          "rename it")
      ]
    case .noFile(let path):
      [finding("no-file", path, "is neither a file nor a folder", "remove it")]
    case .file(let error): error.findings
    }
  }

  private func finding(_ rule: String, _ path: String, _ message: String, _ fix: String?) -> Finding
  {
    Finding(rule: rule, at: .file(path), message, fix: fix)
  }
}
