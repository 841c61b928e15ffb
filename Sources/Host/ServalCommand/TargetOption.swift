// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import DeviceTree
import Diagnostics
import SystemModel

extension Target.Architecture: ExpressibleByArgument {}

/// Options that say what a system is for. Without any, it is judged for every kind of target.
struct TargetOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Board that the system is for; by default any.", valueName: "board"),
    completion: .list(ServalTool.boardNames))
  var board: String?

  @Option(
    help: ArgumentHelp(
      "Architecture: \(Target.Architecture.allCases.map(\.rawValue).joined(separator: ", ")).",
      discussion: "By default any.", valueName: "name"))
  var arch: Target.Architecture?

  @Option(help: ArgumentHelp("Processor cores of the kernel; by default any.", valueName: "number"))
  var cores: Int?

  @Option(
    help: ArgumentHelp(
      "Device tree of the machine (.dtb, or .dts through dtc), which tells registers from memory.",
      valueName: "file"),
    completion: .file(extensions: ["dtb", "dts"]))
  var dtb: String?

  /// The targets that match every option; never empty.
  func targets(_ sdk: SDKVersion) throws -> [Target] {
    var targets = Target.kinds(of: sdk)
    if let board {
      targets = [try ServalTool.board(named: board).target(sdk)]
    }
    if let dtb {
      let tree = try DeviceTree.load(dtb)
      if let architecture = tree.architecture {
        targets = targets.filter { $0.architecture == architecture }
      }
      for index in targets.indices {
        targets[index].platform = (targets[index].platform ?? Platform()).adding(tree.platform)
      }
    }
    if let arch { targets = targets.filter { $0.architecture == arch } }
    if let cores { targets = targets.filter { $0.cores == cores } }
    if targets.isEmpty { throw TargetError.noTarget(sdk) }
    return targets
  }
}

enum TargetError: Error, Hashable {
  case noTarget(SDKVersion)
}

extension TargetError: DiagnosableError {
  var findings: [Finding] {
    switch self {
    case .noTarget(let sdk):
      [
        Finding(
          rule: "target", "Microkit SDK \(sdk) has no such target",
          fix: "choose another --board, --dtb, --arch or --cores, or a newer --sdk")
      ]
    }
  }
}
