// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree
import SystemModel

/// A machine that systems are laid out for, as data.
public struct Board: Sendable {
  /// Microkit's name for it.
  public var name: String
  /// For people.
  public var title: String
  /// The core, as QEMU and GCC spell it.
  public var cpu: String
  /// What the root of its device tree is compatible with.
  public var compatible: String
  /// Name of the default tree's file, for errors.
  public var treeName: String
  /// The default tree, as device tree source.
  public var treeSource: [UInt8]

  /// Where the devices of each role stand in trees for this board.
  public var serial: DeviceSelector
  public var ethernet: DeviceSelector
  public var timer: DeviceSelector

  /// Regions at physical addresses (DMA) are laid out from here downwards, as sdfgen does.
  public var physicalMemoryTop: PhysicalAddress
  /// Where the loader image goes.
  public var loadAddress: PhysicalAddress
  /// What seL4 hands out as normal memory. Regions at other addresses come from device memory, which
  /// the kernel does not clear.
  public var normalMemory: [Range<PhysicalAddress>]
  /// Registers that the kernel keeps for itself: no region may touch them.
  public var kernelDevices: [Range<PhysicalAddress>]
  /// How QEMU emulates it; nil for a board that has no emulation.
  public var emulation: QEMUMachine?

  /// Compiles and reads the default tree.
  public func tree() throws(DeviceTreeError) -> DeviceTree {
    try DeviceTree(source: treeSource, name: treeName)
  }

  public func selector(_ role: DeviceRole) -> DeviceSelector {
    switch role {
    case .serial: serial
    case .ethernet: ethernet
    case .timer: timer
    }
  }
}

extension Board: CustomStringConvertible {
  public var description: String { name }
}

/// What a system needs a device for.
public enum DeviceRole: String, CaseIterable, Hashable, Sendable {
  case serial
  case ethernet
  case timer
}

/// How `qemu-system-*` becomes a board.
public struct QEMUMachine: Hashable, Sendable {
  public var program: String
  /// Machine, CPU and memory: what decides the device tree.
  public var machine: [String]
  /// The devices of a system, among them a network card that expects a `-netdev` called `netdev0`.
  public var devices: [String]

  /// Arguments that load a Microkit image at `address` and start it on the first CPU.
  public func loading(_ image: String, at address: PhysicalAddress) -> [String] {
    // QEMU ends an option's value at a comma, unless it is doubled.
    let file = image.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    return ["-device", "loader,file=\(file),addr=\(address),cpu-num=0"]
  }
}
