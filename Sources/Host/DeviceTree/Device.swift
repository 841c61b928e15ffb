// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A run of device registers or memory at CPU addresses, in bytes.
public struct RegisterRange: Hashable, Sendable {
  public var address: UInt64
  public var size: UInt64

  public init(address: UInt64, size: UInt64) {
    self.address = address
    self.size = size
  }
}

/// An interrupt line of the GIC.
public struct DeviceInterrupt: Hashable, Sendable {
  public enum Trigger: String, Hashable, Sendable {
    case level
    case edge
  }

  /// As seL4 counts them: the tree's SPI number + 32, or its PPI number + 16.
  public var number: UInt32
  public var trigger: Trigger

  public init(number: UInt32, trigger: Trigger) {
    self.number = number
    self.trigger = trigger
  }
}

/// A node seen as a device: registers at CPU addresses, interrupts as seL4 counts them.
///
/// What cannot be resolved is kept as an error beside what can, because most users of a device ask for
/// one part of it: an Ethernet controller is usable although its PHY's interrupt hangs off a GPIO.
public struct Device: Hashable, Sendable {
  /// Name of the tree, for errors.
  public var file: String
  public var path: String
  /// Values of `compatible`, the most specific one first.
  public var compatible: [String]
  public var isEnabled: Bool
  /// Entries of `reg`; a failure if `reg` is malformed or lies on a bus that the CPU cannot address.
  public var registers: Result<[RegisterRange], DeviceTreeError>
  /// Entries of `interrupts` or `interrupts-extended`, each with what was wrong with it.
  public var interrupts: [Result<DeviceInterrupt, DeviceTreeError>]

  public init(
    file: String, path: String, compatible: [String], isEnabled: Bool = true,
    registers: Result<[RegisterRange], DeviceTreeError> = .success([]),
    interrupts: [Result<DeviceInterrupt, DeviceTreeError>] = []
  ) {
    self.file = file
    self.path = path
    self.compatible = compatible
    self.isEnabled = isEnabled
    self.registers = registers
    self.interrupts = interrupts
  }

  /// Last component of the path, with its unit address: `pl011@9000000`.
  public var name: String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// Register range `index` of `reg`.
  public func register(_ index: Int = 0) throws(DeviceTreeError) -> RegisterRange {
    let ranges = try registers.get()
    guard ranges.indices.contains(index) else {
      throw DeviceTreeError(file: file, node: path, .noRegister(index: index, count: ranges.count))
    }
    return ranges[index]
  }

  /// Interrupt `index` of `interrupts` or `interrupts-extended`.
  public func interrupt(_ index: Int = 0) throws(DeviceTreeError) -> DeviceInterrupt {
    guard interrupts.indices.contains(index) else {
      throw DeviceTreeError(
        file: file, node: path, .noInterrupt(index: index, count: interrupts.count))
    }
    return try interrupts[index].get()
  }
}

extension DeviceTree {
  /// The device that a node describes.
  public func device(_ node: Node) -> Device {
    Device(
      file: name, path: node.path, compatible: node.compatible, isEnabled: isEnabled(node),
      registers: Result { () throws(DeviceTreeError) in try registers(of: node) },
      interrupts: interrupts(of: node))
  }

  /// The device at a path or alias.
  public func device(at path: String) throws(DeviceTreeError) -> Device {
    device(try node(at: path))
  }

  /// Every node that says what it is compatible with, in the tree's order, the root left out.
  public var devices: [Device] {
    nodes.dropFirst().filter { !$0.compatible.isEmpty }.map(device)
  }

  /// Whether a node and all nodes above it are enabled: a disabled bus disables what is on it.
  public func isEnabled(_ node: Node) -> Bool {
    var current: Node? = node
    while let here = current {
      if !here.isEnabled { return false }
      current = parent(of: here)
    }
    return true
  }
}
