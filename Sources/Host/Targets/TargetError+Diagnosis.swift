// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

extension TargetError: DiagnosableError {
  /// One finding: `board-unknown`, `config`, `target` or `sdk`.
  public var findings: [Finding] { [finding] }

  private var finding: Finding {
    switch self {
    case .unknownBoard(let name, let known):
      return Finding(
        rule: "board-unknown", at: .option("--board"), "no board '\(name)'",
        fix: hint(name, among: known))
    case .boardSince(let first, let board, let sdk):
      return Finding(
        rule: "board-unknown", at: .option("--board"),
        "Microkit \(sdk) has no board '\(board)'; \(first) is the first with it",
        fix: "choose another board, or --sdk \(first) or later")
    case .unknownConfiguration(let name, let board, let sdk, let known):
      return Finding(
        rule: "config", at: .option("--config"),
        "Microkit \(sdk) has no configuration '\(name)'"
          + (board.map { " for board '\($0)'" } ?? ""),
        fix: hint(name, among: known))
    case .noTarget(let sdk):
      return Finding(
        rule: "target", "Microkit SDK \(sdk) has no such target",
        fix: "choose another --board, --config, --dtb, --arch or --cores, or a newer --sdk")
    case .notInSDK(let path, let name, let known):
      return Finding(
        rule: "sdk", at: .file(path), "has no directory '\(name)'",
        fix: known.isEmpty ? "unpack the SDK again" : hint(name, among: known))
    case .unreadable(let error):
      return error.findings[0]
    default:
      return Finding(
        rule: "sdk", at: .file(sdkPath), sdkProblem,
        fix: "set MICROKIT_SDK to an unpacked Microkit SDK, or unset it to use what Serval knows")
    }
  }

  private var sdkPath: String {
    switch self {
    case .notAnSDK(let path), .badJSON(let path, _), .badValue(let path, _, _),
      .badRange(let path, _, _), .badImage(let path):
      path
    case .noFile(let paths): paths[0]
    default: ""
    }
  }

  private var sdkProblem: String {
    switch self {
    case .notAnSDK: "has no directory 'board'"
    case .noFile(let paths):
      "does not exist" + paths.dropFirst().map { ", and neither does \($0)" }.joined()
    case .badJSON(_, let detail): "cannot be read: \(detail)"
    case .badValue(_, let member, let value):
      "\(member) is '\(value)', which no Microkit kernel has"
    case .badRange(_, let start, let end):
      "the range from 0x\(String(start, radix: 16)) to 0x\(String(end, radix: 16)) is empty"
    case .badImage: "is not a 64-bit little-endian ELF image with program headers"
    default: ""
    }
  }

  private func hint(_ name: String, among known: [String]) -> String {
    let list = "use one of \(known.joined(separator: ", "))"
    return nearestName(to: name, in: known).map { "did you mean '\($0)'? Else \(list)" } ?? list
  }
}
