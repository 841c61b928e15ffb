// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension Target {
  /// What an SDK's board is with one of its kernel configurations.
  ///
  /// - Parameter configuration: "debug", "smp-release"; nil for any with one core, which are the
  ///   same to every rule.
  /// - Throws: `TargetError` if no SDK, or not this one, has the board, or not this configuration.
  public static func of(
    board name: String, configuration: String? = nil, sdk: SDKVersion
  ) throws(TargetError) -> Target {
    guard let board = SDKBoard.all.first(where: { $0.name == name }) else {
      throw .unknownBoard(name, known: SDKBoard.all(in: sdk).map(\.name))
    }
    guard board.since <= sdk else { throw .boardSince(board.since, board: name, sdk: sdk) }
    let known = board.configurations(in: sdk)
    guard configuration.map(known.contains) ?? true else {
      throw .unknownConfiguration(configuration ?? "", board: name, sdk: sdk, known: known)
    }
    return board.target(configuration, in: sdk)
  }

  /// What a file is checked for if no target is asked for: the targets that differ in what the rules
  /// depend on, of all boards and configurations that an SDK has; without names and platforms, most
  /// common first.
  public static func kinds(of sdk: SDKVersion) -> [Target] {
    var counts: [Target: Int] = [:]
    var order: [Target] = []
    for board in SDKBoard.all(in: sdk) {
      for configuration in board.configurations(in: sdk) {
        let kind = board.kind(configuration, in: sdk)
        if counts.updateValue(counts[kind, default: 0] + 1, forKey: kind) == nil {
          order.append(kind)
        }
      }
    }
    let sorted = order.enumerated().sorted {
      let (a, b) = (counts[$0.element] ?? 0, counts[$1.element] ?? 0)
      return (-a, $0.offset) < (-b, $1.offset)
    }
    return sorted.map(\.element)
  }

  /// The first of `kinds`: AArch64 on one core, as a hypervisor with 40-bit physical addresses.
  public static func mostCommon(_ sdk: SDKVersion) -> Target { kinds(of: sdk)[0] }

  /// The targets of one board that differ in what the rules depend on: one for each number of cores.
  /// They have the board's name and platform, but no configuration.
  ///
  /// - Throws: `TargetError` if no SDK, or not this one, has the board.
  public static func kinds(ofBoard name: String, sdk: SDKVersion) throws(TargetError) -> [Target] {
    let target = try of(board: name, sdk: sdk)
    let cores = SDKBoard.all.first { $0.name == name }?.cores(in: sdk) ?? [1]
    return cores.map { count in
      var target = target
      target.cores = count
      return target
    }
  }
}
