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

  /// The targets that differ in what the rules depend on, of all boards and configurations that an
  /// SDK has: without names and platforms, most common first.
  ///
  /// The first is a 64-bit Arm processor with one core, for which most systems are written.
  public static func kinds(of sdk: SDKVersion) -> [Target] {
    var counts: [Target: Int] = [:]
    var order: [Target] = []
    for board in SDKBoard.all(in: sdk) {
      for configuration in board.configurations(in: sdk) {
        let kind = board.target(configuration, in: sdk).kind
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

  /// The same without names and platform.
  private var kind: Target {
    var kind = self
    kind.board = nil
    kind.configuration = nil
    kind.platform = nil
    return kind
  }
}

extension SDKBoard {
  /// The SDKs that have this board, oldest first.
  public var sdks: [SDKVersion] { SDKVersion.allCases.filter { since <= $0 } }
}
