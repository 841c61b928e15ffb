// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Boards
import DeviceTree
import SystemModel
import Targets

extension Target.Architecture: ExpressibleByArgument {}

/// Options that say what a system is for. Without any, it is judged for every kind of target.
struct TargetOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Board that the system is for; by default any.",
      discussion: "'serval boards --all' lists the boards of an SDK.", valueName: "board"),
    completion: .list(SDKBoard.all.map(\.name)))
  var board: String?

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "Kernel configuration: debug, release, benchmark, or one of these after 'smp-'.",
      discussion: "By default any.", valueName: "name"))
  var configuration: String?

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
  ///
  /// - Parameter path: an unpacked SDK of this version, whose own files decide for its boards.
  func targets(_ sdk: SDKVersion, sdkAt path: String?) throws -> [Target] {
    var targets = try board.map { try self.targets(ofBoard: $0, sdk, path) } ?? kinds(sdk)
    if let dtb {
      let tree = try DeviceTree.load(dtb)
      if let architecture = tree.architecture {
        targets = targets.filter { $0.architecture == architecture }
      }
      targets = targets.map { $0.adding(tree.platform) }
    }
    if let arch { targets = targets.filter { $0.architecture == arch } }
    if let cores { targets = targets.filter { $0.cores == cores } }
    if targets.isEmpty { throw TargetError.noTarget(sdk) }
    return targets
  }

  /// Without a board, all that a configuration says is whether the kernel uses several cores. A
  /// vendor's SDK may have kernels for other numbers of cores than the known ones.
  private func kinds(_ sdk: SDKVersion) throws -> [Target] {
    var kinds = Target.kinds(of: sdk)
    if let cores, cores > 1, cores <= 256, sdk >= .v2_1_0 {
      for index in kinds.indices where kinds[index].cores > 1 { kinds[index].cores = cores }
    }
    guard let configuration else { return kinds }
    let known = SDKBoard.configurations(of: sdk)
    guard known.contains(configuration) else {
      throw TargetError.unknownConfiguration(configuration, board: nil, sdk: sdk, known: known)
    }
    return kinds.filter { ($0.cores > 1) == configuration.hasPrefix("smp-") }
  }

  private func targets(
    ofBoard name: String, _ sdk: SDKVersion, _ path: String?
  ) throws -> [Target] {
    // Its device tree tells more than an SDK.
    let board = ServalTool.boards.first { $0.name == name }
    let tree = board.flatMap { try? $0.tree().platform }
    func complete(_ target: Target) -> Target { tree.map { target.adding($0) } ?? target }
    if let path, try Target.boards(ofSDKAt: path).contains(name) {
      return try Target.kinds(ofSDKAt: path, version: sdk, board: name, configuration)
        .map(complete)
    }
    // A board of another package, which no SDK need have.
    let isKnown = SDKBoard.all.contains { $0.name == name }
    if !isKnown, let board {
      var target = board.target(sdk)
      target.configuration = configuration
      return [target]
    }
    guard let configuration else {
      return try Target.kinds(ofBoard: name, sdk: sdk).map(complete)
    }
    return [complete(try Target.of(board: name, configuration: configuration, sdk: sdk))]
  }
}

extension Target {
  /// With what a device tree tells as well.
  fileprivate func adding(_ tree: Platform) -> Target {
    var target = self
    target.platform = (platform ?? Platform()).adding(tree)
    return target
  }
}
