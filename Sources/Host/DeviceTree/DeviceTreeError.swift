// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// What is wrong with a device tree, and where. `Findings.swift` has the texts.
public struct DeviceTreeError: Error, Hashable, Sendable {
  /// A limit on what is accepted; `FlattenedTree.swift` has the values.
  public enum Bound: String, Hashable, Sendable {
    /// Bytes in the blob.
    case blobBytes
    /// Nodes in the tree.
    case nodes
    /// Levels of nodes.
    case depth
    /// Bytes in a node's or property's name.
    case nameBytes
    /// Bytes in all paths together.
    case pathBytes
    /// Cells in one property.
    case cells
  }

  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    // Files.
    /// The file cannot be read.
    case unreadable(errno: Int32)
    /// `dtc` is not installed.
    case compilerMissing
    /// `dtc` cannot be started.
    case compilerUnusable(errno: Int32)
    /// `dtc` rejects the source; at least one message.
    case compilerFailed([CompilerMessage])

    // Blobs.
    /// libfdt rejects the blob with this status.
    case malformed(libfdt: Int32)
    /// The blob has a version below 17.
    case unsupportedVersion(UInt32)
    /// The tree exceeds a bound, which is given.
    case exceeds(Bound, Int)

    // Nodes and properties.
    /// No node has this path or alias.
    case noSuchNode(String, nearest: String?)
    /// A property refers to a phandle that no node has.
    case noSuchPhandle(UInt32, property: String)
    /// The property is not a multiple of `unit` bytes; unit 0 means that its entries have no cells.
    case badLength(property: String, byteCount: Int, unit: Int)
    /// A cell count is 0 where it must not be, or above the maximum.
    case badCellCount(property: String, value: UInt32, maximum: UInt32)

    // Registers.
    /// `reg` has `count` entries, and this index is not among them.
    case noRegister(index: Int, count: Int)
    /// The address is one of a bus such as I2C, which is not part of memory.
    case notMemoryMapped(address: UInt64, bus: String)
    /// The address is in a PCI bus's configuration space.
    case configurationSpace(bus: String)
    /// No `ranges` of the bus covers the address.
    case untranslatable(address: UInt64, bus: String)
    /// The property's addresses exceed 64 bits.
    case addressTooLarge(property: String)

    // Interrupts.
    /// The device has `count` interrupts, and this index is not among them.
    case noInterrupt(index: Int, count: Int)
    /// The device's flags name no trigger, and its user needs one.
    case noTrigger(DeviceInterrupt)
    /// No node above is an interrupt controller.
    case noInterruptParent
    /// The controllers pass the interrupt round in a circle, or over too many of them.
    case interruptLoop
    /// The controller's `#interrupt-cells` is missing or does not fit.
    case noInterruptCells
    /// The specifier names no line, or no trigger, of the controller.
    case badInterrupt([UInt32], controller: String)
    /// The interrupt is a line of a controller whose lines have no numbers in seL4.
    case multiplexed(ControllerLine)
    /// The controller takes messages only.
    case messagesOnly(controller: String)
    /// The entry is a placeholder.
    case unusedInterrupt
    /// No entry of the nexus's `interrupt-map` has this unit address and specifier.
    case notInMap([UInt32], nexus: String)
    /// The last entry of `interrupt-map` is incomplete.
    case mapCutShort
    /// The controller does not pass this line on.
    case notPassedOn([UInt32], controller: String)
  }

  /// A message of the device tree compiler.
  public struct CompilerMessage: Hashable, Sendable {
    /// Line and column in the source, if the message names them.
    public var location: SourceLocation?
    /// What follows the location.
    public var text: String
  }

  /// The tree's name.
  public var file: String
  /// Path of the node; nil if the problem is not in one node.
  public var node: String?
  /// What is wrong.
  public var problem: Problem

  /// Creates an error about a tree, or about one of its nodes.
  public init(file: String, node: String? = nil, _ problem: Problem) {
    self.file = file
    self.node = node
    self.problem = problem
  }
}
