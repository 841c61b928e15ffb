// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree
import Diagnostics

/// Why a board, or one of its devices, was not found.
public enum BoardError: Error, Hashable, Sendable {
  /// No board has this name.
  case noSuchBoard(String, known: [String])
  /// The root of the tree `file` is not compatible with the board; `other` is the board that it is
  /// compatible with.
  case otherTree(
    file: String, compatible: [String], board: String, expected: String, other: String?)
  /// No enabled device in the tree `file` has any of the `compatible` strings that drivers of the
  /// role know. `candidates` might be it: by their names, or by those strings although disabled.
  case noDevice(
    DeviceRole, board: String, file: String, compatible: [String], candidates: [Device])
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
    case .otherTree(let file, let compatible, let board, let expected, let other):
      let found = compatible.isEmpty ? "nothing" : "'" + compatible.joined(separator: "', '") + "'"
      return [
        Finding(
          rule: "board-tree", at: .file(file),
          "its root is compatible with \(found), and board '\(board)' is '\(expected)'",
          fix: (other.map { "use --board \($0)" } ?? "give a tree of the board")
            + ", or --any-tree to use it all the same")
      ]
    case .noDevice(let role, let board, let file, let compatible, let candidates):
      return [
        Finding(
          rule: "board-device", at: .file(file),
          "no \(role) device that a driver knows for board '\(board)'",
          fix: candidates.isEmpty
            ? "add a node compatible with \(compatible.joined(separator: " or "))"
            : candidateFix(candidates, compatible))
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

/// What to do about nodes that might be the device.
private func candidateFix(_ candidates: [Device], _ compatible: [String]) -> String {
  let (disabled, unknown) = (
    candidates.filter { $0.compatible.contains(where: compatible.contains) },
    candidates.filter { !$0.compatible.contains(where: compatible.contains) }
  )
  var ways: [String] = []
  if !disabled.isEmpty { ways.append("enable \(list(disabled.map(\.path)))") }
  if !unknown.isEmpty {
    let names = unknown.map { "\($0.path) (\($0.compatible.joined(separator: ", ")))" }
    ways.append("add a driver for \(list(names))")
  }
  return ways.joined(separator: ", or ")
}

private func list(_ names: [String]) -> String {
  names.prefix(3).joined(separator: " or ") + (names.count > 3 ? " or others" : "")
}
