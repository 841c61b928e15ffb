// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

extension BoardError: DiagnosableError {
  public var findings: [Finding] {
    switch self {
    case .noSuchBoard(let name, let known):
      let nearest = nearestName(to: name, in: known)
      return [
        Finding(
          rule: "board-unknown", "no board '\(name)'",
          fix: nearest.map { "did you mean '\($0)'?" }
            ?? "use one of \(known.joined(separator: ", "))")
      ]
    case .noDevice(let role, let board, let file, let compatible):
      return [
        Finding(
          rule: "board-device", at: .file(file), "no \(role) device for board '\(board)'",
          fix: "add a node compatible with \(compatible.joined(separator: " or "))")
      ]
    case .disabledDevice(let role, let file, let path):
      return [
        Finding(
          rule: "board-device", at: .file(file, detail: path), "the \(role) device is disabled",
          fix: "set status = \"okay\" on it and on the buses above it")
      ]
    case .ambiguousDevice(let role, let board, let file, let paths):
      let shown = paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? ", ..." : "")
      return [
        Finding(
          rule: "board-device", at: .file(file),
          "\(paths.count) devices could be the \(role) device of board '\(board)': \(shown)",
          fix: "disable all but one")
      ]
    }
  }
}
