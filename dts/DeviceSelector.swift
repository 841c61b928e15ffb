// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree

/// Where to find the device of a role. Trees for one board differ in names, in order and in what
/// they leave out.
public struct DeviceSelector: Hashable, Sendable {
  /// Candidate paths or aliases, best first.
  public var paths: [String]
  /// The hardware's interrupts, used where the tree mentions none.
  public var fallbackInterrupts: [DeviceInterrupt]

  /// Creates a selector; without paths, the device is found by its drivers' `compatible` strings
  /// alone.
  public init(paths: [String] = [], fallbackInterrupts: [DeviceInterrupt] = []) {
    self.paths = paths
    self.fallbackInterrupts = fallbackInterrupts
  }
}

extension Board {
  /// The device that fills a role on this board, found in `tree` among those that `drivers` know.
  ///
  /// The board's candidate paths come first, then the console (for serial), then the only enabled
  /// device that a driver of the role knows.
  ///
  /// - Throws: if there is none, more than one, only a disabled one, or only one without a driver.
  public func device(
    _ role: DeviceRole, in tree: DeviceTree,
    drivers: [DriverDescription] = DriverDescription.builtIn
  ) throws(BoardError) -> Device {
    let selector = selector(role)
    let compatible = drivers.filter { $0.role == role }.flatMap(\.compatible)
    var device = try select(role, selector, compatible, in: tree)
    if device.interrupts.isEmpty {
      device.interrupts = selector.fallbackInterrupts.map { .success($0) }
    }
    return device
  }

  private func select(
    _ role: DeviceRole, _ selector: DeviceSelector, _ compatible: [String], in tree: DeviceTree
  ) throws(BoardError) -> Device {
    let candidates = selector.paths.compactMap { tree.find($0).map(tree.device) }
    let named = candidates.filter { $0.compatible.contains(where: compatible.contains) }
    if let device = named.first(where: \.isEnabled) { return device }
    let others = tree.devices(compatibleWith: compatible)
    if role == .serial, let console = try? tree.standardOutput()?.node,
      let device = others.first(where: { $0.path == console.path })
    {
      return device
    }
    if let only = others.first, others.count == 1 { return only }
    guard others.isEmpty else {
      throw .ambiguousDevice(role, board: name, file: tree.name, paths: others.map(\.path))
    }
    if let disabled = named.first {
      throw .disabledDevice(role, file: tree.name, path: disabled.path)
    }
    if let unknown = candidates.first {
      throw .noDriver(
        role, file: tree.name, path: unknown.path, compatible: unknown.compatible)
    }
    throw .noDevice(
      role, board: name, file: tree.name, compatible: compatible,
      candidates: tree.devices.filter {
        $0.compatible.contains(where: compatible.contains) || role.isNamed(by: $0)
      })
  }
}
