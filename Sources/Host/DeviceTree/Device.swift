// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A run of device registers or memory at CPU addresses, in bytes.
public struct RegisterRange: Hashable, Sendable {
  /// First address.
  public var address: UInt64
  /// In bytes; 0 is allowed.
  public var size: UInt64

  /// Creates a range of `size` bytes.
  public init(address: UInt64, size: UInt64) {
    self.address = address
    self.size = size
  }
}

/// A node seen as a device: registers at CPU addresses, interrupts numbered as in seL4.
///
/// What does not resolve stays as an error beside what does, because most users need one part of a
/// device: an Ethernet controller is usable even if its PHY's interrupt goes to a GPIO controller.
public struct Device: Hashable, Sendable {
  /// The tree's name, for errors.
  public var file: String
  /// Full path in the tree.
  public var path: String
  /// Values of `compatible`, most specific first.
  public var compatible: [String]
  /// Whether the device and all buses above it are enabled.
  public var isEnabled: Bool
  /// Entries of `reg`, each of which fails on its own if the CPU cannot address it; one failure if
  /// `reg` is malformed.
  public var registers: [Result<RegisterRange, DeviceTreeError>]
  /// Entries of `interrupts` or `interrupts-extended`; each fails on its own.
  public var interrupts: [Result<DeviceInterrupt, DeviceTreeError>]
  /// Where a bus passes the interrupts of devices on it by its `interrupt-map`, each place once;
  /// PCI devices are usually not in the tree themselves.
  public var passedOn: [Result<DeviceInterrupt, DeviceTreeError>]
  /// Paths of the controllers that take its message-signalled interrupts.
  public var messages: [Result<String, DeviceTreeError>]

  /// Creates a device; for tests, and for trees that are not files.
  public init(
    file: String, path: String, compatible: [String], isEnabled: Bool = true,
    registers: [Result<RegisterRange, DeviceTreeError>] = [],
    interrupts: [Result<DeviceInterrupt, DeviceTreeError>] = [],
    passedOn: [Result<DeviceInterrupt, DeviceTreeError>] = [],
    messages: [Result<String, DeviceTreeError>] = []
  ) {
    self.file = file
    self.path = path
    self.compatible = compatible
    self.isEnabled = isEnabled
    self.registers = registers
    self.interrupts = interrupts
    self.passedOn = passedOn
    self.messages = messages
  }

  /// The path's last component, with its unit address: `pl011@9000000`.
  public var name: String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// Entry `index` of `reg`.
  ///
  /// - Throws: if there is no such entry, or the CPU cannot address it.
  public func register(_ index: Int = 0) throws(DeviceTreeError) -> RegisterRange {
    guard registers.indices.contains(index) else {
      throw DeviceTreeError(
        file: file, node: path, .noRegister(index: index, count: registers.count))
    }
    return try registers[index].get()
  }

  /// Entry `index` of `interrupts` or `interrupts-extended`.
  ///
  /// - Throws: if there is no such entry, or it did not resolve.
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
    var resolver = InterruptResolver(self)
    return device(node, &resolver)
  }

  private func device(_ node: Node, _ resolver: inout InterruptResolver) -> Device {
    Device(
      file: name, path: node.path, compatible: node.compatible, isEnabled: isEnabled(node),
      registers: registers(of: node), interrupts: resolver.interrupts(of: node),
      passedOn: resolver.passedOn(by: node), messages: messageControllers(of: node))
  }

  /// The device at a path or alias.
  ///
  /// - Throws: `noSuchNode`, with the nearest path.
  public func device(at path: String) throws(DeviceTreeError) -> Device {
    device(try node(at: path))
  }

  /// Every node except the root that has a `compatible` property, interrupts or an
  /// `interrupt-map`, in the tree's order. Parts of a device, such as the frames of a timer, have
  /// interrupts alone.
  public var devices: [Device] {
    var resolver = InterruptResolver(self)
    return nodes.dropFirst().filter(describesDevice).map { device($0, &resolver) }
  }

  private func describesDevice(_ node: Node) -> Bool {
    !node.compatible.isEmpty
      || ["interrupts", "interrupts-extended", "interrupt-map"].contains { node[$0] != nil }
  }

  /// Whether the node and all nodes above it are enabled: a disabled bus disables its devices.
  public func isEnabled(_ node: Node) -> Bool {
    var current: Node? = node
    while let here = current {
      if !here.isEnabled { return false }
      current = parent(of: here)
    }
    return true
  }
}

extension DeviceTree {
  /// The device whose registers control the first clock of a device: the node that its `clocks` names, or the one above if
  /// that has no registers, as a clock controller that is a part of a system controller. Nil if the tree tells no clock.
  public func clockController(of device: Device) -> Device? {
    guard let phandle = node(exactly: device.path)?["clocks"]?.cells?.first,
      let node = node(phandle: phandle)
    else { return nil }
    if node["reg"] != nil { return self.device(node) }
    return parent(of: node).flatMap { $0["reg"] == nil ? nil : self.device($0) }
  }
}
