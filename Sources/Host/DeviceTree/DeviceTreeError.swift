// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// What can be wrong with a device tree, and where. `Findings.swift` has the words.
public struct DeviceTreeError: Error, Hashable, Sendable {
  /// A bound on what is accepted.
  public enum Bound: String, Hashable, Sendable {
    case blobBytes
    case nodes
    case depth
    case nameBytes
    case pathBytes
    case cells
  }

  public enum Problem: Hashable, Sendable {
    // Files.
    case unreadable(errno: Int32)
    case compilerMissing
    case compilerUnusable(errno: Int32)
    case compilerFailed([CompilerMessage])

    // Blobs.
    case malformed(libfdt: Int32)
    case unsupportedVersion(UInt32)
    case exceeds(Bound, Int)

    // Nodes and properties.
    case noSuchNode(String, nearest: String?)
    case noSuchPhandle(UInt32, property: String)
    case badLength(property: String, byteCount: Int, unit: Int)
    case badCellCount(property: String, value: UInt32, maximum: UInt32)

    // Registers.
    case noRegister(index: Int, count: Int)
    case notMemoryMapped(bus: String)
    case untranslatable(address: UInt64, bus: String)
    case addressTooLarge(property: String)

    // Interrupts.
    case noInterrupt(index: Int, count: Int)
    case noInterruptParent
    case noInterruptCells
    case foreignController(String)
    case badInterrupt(kind: UInt32, number: UInt32, flags: UInt32)
  }

  /// A line of the device tree compiler, taken apart.
  public struct CompilerMessage: Hashable, Sendable {
    public var location: SourceLocation?
    public var text: String
  }

  public var file: String
  /// Path of the node, where one is concerned.
  public var node: String?
  public var problem: Problem

  public init(file: String, node: String? = nil, _ problem: Problem) {
    self.file = file
    self.node = node
    self.problem = problem
  }
}
