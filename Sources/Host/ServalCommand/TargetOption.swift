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
    completion: .list(SDKBoard.all.map(\.name) + ServalTool.ownBoardNames))
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
    if let arch {
      let others = targets
      targets = targets.filter { $0.architecture == arch }
      if targets.isEmpty {
        throw TargetError.conflict(
          option: "--arch", arch.rawValue,
          reason: "\(chosen) is for \(others[0].architecture.title)")
      }
    }
    if let cores {
      let counts = Set(targets.map(\.cores)).sorted().map(String.init)
      targets = targets.filter { $0.cores == cores }
      if targets.isEmpty {
        throw TargetError.conflict(
          option: "--cores", "\(cores)",
          reason: "\(chosen) has kernels for \(counts.joined(separator: " or ")) cores")
      }
    }
    if let dtb {
      let tree = try DeviceTree.load(dtb)
      if let architecture = tree.architecture {
        targets = targets.filter { $0.architecture == architecture }
        if targets.isEmpty {
          throw TargetError.conflict(
            option: "--dtb", dtb, reason: "it is the tree of a machine for \(architecture.title)")
        }
      }
      let platform = tree.platform(
        for: ServalTool.boards.first { $0.name == board }
          ?? Board.matching(tree, among: ServalTool.boards),
        drivers: ServalTool.drivers)
      targets = targets.map { $0.adding(platform) }
    } else if let own = ServalTool.boards.first(where: { $0.name == board }),
      let tree = try? own.tree()
    {
      let platform = tree.platform(for: own, drivers: ServalTool.drivers)
      targets = targets.map { $0.adding(platform) }
    }
    if targets.isEmpty { throw TargetError.noTarget(sdk) }
    return targets
  }

  /// What the options before have chosen.
  private var chosen: String { board.map { "board '\($0)'" } ?? "the SDK" }

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
    if let path, try Target.boards(ofSDKAt: path).contains(name) {
      return try Target.kinds(ofSDKAt: path, version: sdk, board: name, configuration)
    }
    // A board of another package, which no SDK need have.
    let isKnown = SDKBoard.all.contains { $0.name == name }
    if !isKnown, let board = ServalTool.boards.first(where: { $0.name == name }) {
      return [board.target(sdk, configuration)]
    }
    guard isKnown else {
      throw TargetError.unknownBoard(
        name, known: SDKBoard.all(in: sdk).map(\.name) + ServalTool.ownBoardNames)
    }
    guard let configuration else { return try Target.kinds(ofBoard: name, sdk: sdk) }
    return [try Target.of(board: name, configuration: configuration, sdk: sdk)]
  }
}

extension ServalTool {
  /// The boards that Serval does not know from an SDK.
  fileprivate static var ownBoardNames: [String] {
    boardNames.filter { name in !SDKBoard.all.contains { $0.name == name } }
  }
}

extension Board {
  /// The board with a single-core kernel of an SDK that Serval does not know.
  fileprivate func target(_ sdk: SDKVersion, _ configuration: String?) -> Target {
    let architecture = (try? tree())?.architecture ?? .aarch64
    let isArm = architecture == .aarch64
    return Target(
      board: name, configuration: configuration, architecture: architecture, hasHypervisor: isArm,
      physicalAddressBits: isArm ? 40 : nil, forwardsSMC: isArm && sdk >= .v2_1_0)
  }
}

extension DeviceTree {
  /// The architecture of its processors; nil if it does not tell.
  fileprivate var architecture: Target.Architecture? {
    for node in nodes where node["device_type"]?.string == "cpu" {
      if node["riscv,isa"] != nil || node["riscv,isa-base"] != nil { return .riscv64 }
      if node.compatible.contains(where: { $0.hasPrefix("arm,") }) { return .aarch64 }
    }
    return nil
  }
}

extension Target {
  /// The same with what a device tree tells of the machine.
  fileprivate func adding(_ tree: Platform) -> Target {
    var target = self
    var platform = target.platform ?? Platform()
    platform.ram += tree.ram
    platform.deviceRegisters += tree.deviceRegisters
    platform.interrupts.merge(tree.interrupts) { _, new in new }
    platform.networkCard = tree.networkCard ?? platform.networkCard
    platform.randomGenerator = tree.randomGenerator ?? platform.randomGenerator
    target.platform = platform
    return target
  }
}
