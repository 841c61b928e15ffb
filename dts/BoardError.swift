// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// Why a board, or one of its devices, was not found.
public enum BoardError: Error, Hashable, Sendable {
  /// No board has this name.
  case noSuchBoard(String, known: [String])
  /// No device in the tree `file` suits the role: none has any of the `compatible` strings that
  /// drivers know.
  case noDevice(DeviceRole, board: String, file: String, compatible: [String])
  /// The board's device for the role has no `compatible` string that a driver knows.
  case noDriver(DeviceRole, file: String, path: String, compatible: [String])
  /// The only device for the role, or a bus above it, is disabled.
  case disabledDevice(DeviceRole, file: String, path: String)
  /// Several devices suit the role and nothing chooses between them.
  case ambiguousDevice(DeviceRole, board: String, file: String, paths: [String])
}

extension BoardError: DiagnosableError {
  /// One finding: `board-unknown` or `board-device`.
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
    case .noDriver(let role, let file, let path, let compatible):
      return [
        Finding(
          rule: "board-device", at: .file(file, detail: path),
          "no \(role) driver supports it (compatible: \(compatible.joined(separator: ", ")))",
          fix: "use another device tree, or add a driver for it")
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
