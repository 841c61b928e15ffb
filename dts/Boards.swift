// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree

extension Board {
  /// Every board that Serval knows. A new one is a Swift file like `OdroidC4.swift` and a tree beside
  /// it, which Package.swift embeds, and a line here.
  public static let all = [qemuVirtAArch64, odroidC4]

  /// The board of that name, as Microkit spells it.
  public static func named(_ name: String) throws(BoardError) -> Board {
    if let board = all.first(where: { $0.name == name }) { return board }
    throw .noSuchBoard(name, known: all.map(\.name))
  }

  /// The board that a tree is for, by the `compatible` of its root; nil if it is none of ours.
  public static func matching(_ tree: DeviceTree) -> Board? {
    all.first { tree.root.compatible.contains($0.compatible) }
  }
}
