// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree
import SystemModel

/// A machine to lay systems out for, as data: Serval's own are `Board.builtIn`, and a package can
/// add others.
public struct Board: Sendable {
  /// Microkit's name for it: `MICROKIT_BOARD`, and the SDK's directory below `board/`.
  public var name: String
  /// One line for listings: maker, model, core.
  public var title: String
  /// The core, as QEMU and GCC spell it.
  public var cpu: String
  /// A `compatible` string of its device tree's root, by which a tree is recognised.
  public var compatible: String
  /// What errors call the default tree: its file name.
  public var treeName: String
  /// The default tree, as device tree source.
  public var treeSource: [UInt8]

  /// The console's UART in trees for this board.
  public var serial: DeviceSelector
  /// The network card in trees for this board.
  public var ethernet: DeviceSelector
  /// The timer in trees for this board.
  public var timer: DeviceSelector

  /// End of the memory that DMA regions are allocated from, downwards, as sdfgen does.
  public var physicalMemoryTop: PhysicalAddress
  /// Where the boot loader puts the Microkit image.
  public var loadAddress: PhysicalAddress
  /// What seL4 hands out as normal memory. Regions elsewhere come from device memory, which the
  /// kernel does not clear.
  public var normalMemory: [Range<PhysicalAddress>]
  /// Registers that the kernel keeps for itself; no region may touch them.
  public var kernelDevices: [Range<PhysicalAddress>]
  /// How QEMU emulates the board; nil if it does not.
  public var emulation: QEMUMachine?

  /// Creates a board; `Board.qemuVirtAArch64` is an example.
  public init(
    name: String, title: String, cpu: String, compatible: String, treeName: String,
    treeSource: [UInt8], serial: DeviceSelector, ethernet: DeviceSelector, timer: DeviceSelector,
    physicalMemoryTop: PhysicalAddress, loadAddress: PhysicalAddress,
    normalMemory: [Range<PhysicalAddress>], kernelDevices: [Range<PhysicalAddress>],
    emulation: QEMUMachine? = nil
  ) {
    self.name = name
    self.title = title
    self.cpu = cpu
    self.compatible = compatible
    self.treeName = treeName
    self.treeSource = treeSource
    self.serial = serial
    self.ethernet = ethernet
    self.timer = timer
    self.physicalMemoryTop = physicalMemoryTop
    self.loadAddress = loadAddress
    self.normalMemory = normalMemory
    self.kernelDevices = kernelDevices
    self.emulation = emulation
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
    tree.root.compatible.contains(compatible)
  }
}

/// What a system needs a device for.
public enum DeviceRole: String, CaseIterable, Hashable, Sendable {
  /// The console.
  case serial
  /// The network card.
  case ethernet
  /// The clock and timeouts.
  case timer

  /// Whether the device's node has a name that such devices usually have (Devicetree Specification
  /// 2.2.2).
  func isNamed(by device: Device) -> Bool {
    let name = device.name.prefix { $0 != "@" }
    if device.compatible.isEmpty { return false }
    return switch self {
    case .serial: name == "serial" || name == "uart"
    case .ethernet: name == "ethernet"
    case .timer: name == "timer" || name == "watchdog"
    }
  }
}

/// How `qemu-system-*` emulates a board.
public struct QEMUMachine: Hashable, Sendable {
  /// Name of the emulator, to be found on PATH.
  public var program: String
  /// Arguments for machine, CPU and memory, which determine the device tree.
  public var machine: [String]
  /// Arguments for devices, among them a network card that expects a `-netdev` called `netdev0`.
  public var devices: [String]

  /// Creates a machine from its command line's parts.
  public init(program: String, machine: [String], devices: [String]) {
    self.program = program
    self.machine = machine
    self.devices = devices
  }

  /// Arguments that load a Microkit image at `address` and start it on the first CPU.
  public func loading(_ image: String, at address: PhysicalAddress) -> [String] {
    // QEMU ends an option's value at a comma, unless it is doubled.
    let file = image.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    return ["-device", "loader,file=\(file),addr=\(address),cpu-num=0"]
  }
}
