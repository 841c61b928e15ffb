// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree
import SystemModel
import Targets

/// A machine to lay systems out for: a device tree with a name. Serval's own are `Board.builtIn`, and
/// a package can add others.
///
/// Its memory and what the kernel keeps are those of the SDK's board of that name, or else the
/// tree's.
public struct Board: Sendable {
  /// Microkit's name for it: `MICROKIT_BOARD`, and the SDK's directory below `board/`.
  public var name: String
  /// One line for listings: maker, model, core.
  public var title: String
  /// What errors call the default tree: its file name.
  public var treeName: String
  /// The default tree, as device tree source.
  public var treeSource: [UInt8]
  /// A `compatible` string of the root of each tree for this board; nil for the first one of the
  /// default tree.
  public var compatible: String?

  /// The console's UART in trees for this board.
  public var serial: DeviceSelector
  /// The network card in trees for this board.
  public var ethernet: DeviceSelector
  /// The timer in trees for this board.
  public var timer: DeviceSelector
  /// The generator of random numbers in trees for this board.
  public var entropy: DeviceSelector

  /// Whether all its processors have the Cryptographic Extension of Armv8-A, which is several times as fast at AES and SHA-256. It is
  /// optional, and no device tree says so.
  public var hasCryptographicExtension: Bool

  /// End of the memory that DMA regions are allocated from, downwards, as sdfgen does. Nil for the
  /// middle of the largest memory below 4 GiB: seL4 keeps its image at the start of memory, and the
  /// initial task at the end.
  public var physicalMemoryTop: PhysicalAddress?

  /// Creates a board from its device tree, in most cases from nothing else.
  ///
  /// - Parameters:
  ///   - name: that of a board of the Microkit SDK.
  ///   - title: nil for that of the SDK's board.
  ///   - tree: device tree source.
  ///   - treeName: nil for the name with ".dts".
  ///   - compatible: nil for the root's first one.
  ///   - serial: needed only if `/chosen` names no console, and the tree has several UARTs.
  ///   - ethernet: needed only if the tree has several network cards with a driver.
  ///   - timer: needed only if the tree has several timers with a driver.
  ///   - entropy: needed only if the tree has several generators of random numbers with a driver.
  ///   - hasCryptographicExtension: true only if all processors have it: programs stop where it is missing.
  ///   - physicalMemoryTop: nil for the middle of the largest memory.
  public init(
    _ name: String, title: String? = nil, tree: some Sequence<UInt8>, treeName: String? = nil,
    compatible: String? = nil, serial: DeviceSelector = DeviceSelector(),
    ethernet: DeviceSelector = DeviceSelector(), timer: DeviceSelector = DeviceSelector(),
    entropy: DeviceSelector = DeviceSelector(), hasCryptographicExtension: Bool = false,
    physicalMemoryTop: PhysicalAddress? = nil
  ) {
    self.name = name
    self.title = title ?? SDKBoard.all.first { $0.name == name }?.title ?? name
    self.treeName = treeName ?? "\(name).dts"
    treeSource = Array(tree)
    self.compatible = compatible
    self.serial = serial
    self.ethernet = ethernet
    self.timer = timer
    self.entropy = entropy
    self.hasCryptographicExtension = hasCryptographicExtension
    self.physicalMemoryTop = physicalMemoryTop
  }

  /// Compiles the default tree with `dtc` and reads it.
  public func tree() throws(DeviceTreeError) -> DeviceTree {
    try DeviceTree(source: treeSource, name: treeName)
  }

  /// Where to look for the device of a role.
  public func selector(_ role: DeviceRole) -> DeviceSelector {
    switch role {
    case .serial: serial
    case .ethernet: ethernet
    case .timer: timer
    case .entropy: entropy
    }
  }
}

extension Board: CustomStringConvertible {
  /// The board's name.
  public var description: String { name }
}

extension Board {
  /// The boards that Serval comes with. To add one: a Swift file like `OdroidC4.swift`, its tree
  /// beside it, which Package.swift embeds, and its name here. Other packages pass theirs to
  /// `ServalTool.main`.
  public static let builtIn = [qemuVirtAArch64, odroidC4]

  /// The board of that name.
  ///
  /// - Throws: `BoardError.noSuchBoard`, with the names that `boards` has.
  public static func named(
    _ name: String, among boards: [Board] = builtIn
  ) throws(BoardError) -> Board {
    if let board = boards.first(where: { $0.name == name }) { return board }
    throw .noSuchBoard(name, known: boards.map(\.name))
  }

  /// The board that a tree describes, by the `compatible` strings of its root; nil if none of
  /// `boards` matches.
  public static func matching(_ tree: DeviceTree, among boards: [Board] = builtIn) -> Board? {
    boards.first { $0.matches(tree) }
  }

  /// Whether a tree describes this board, by the `compatible` strings of its root.
  public func matches(_ tree: DeviceTree) -> Bool {
    rootCompatible.map(tree.root.compatible.contains) ?? false
  }

  /// What `matches` looks for; nil if the default tree cannot be read.
  public var rootCompatible: String? { compatible ?? (try? tree())?.root.compatible.first }
}

/// What a system needs a device for.
public enum DeviceRole: String, CaseIterable, Hashable, Sendable {
  /// The console.
  case serial
  /// The network card.
  case ethernet
  /// The clock and timeouts.
  case timer
  /// Random numbers.
  case entropy

  /// Whether the device's node has a name that such devices usually have (Devicetree Specification
  /// 2.2.2).
  func isNamed(by device: Device) -> Bool {
    let name = device.name.prefix { $0 != "@" }
    if device.compatible.isEmpty { return false }
    return switch self {
    case .serial: name == "serial" || name == "uart"
    case .ethernet: name == "ethernet"
    case .timer: name == "timer" || name == "watchdog"
    case .entropy: name == "rng"
    }
  }
}
