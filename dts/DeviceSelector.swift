// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree

/// Where to find the device of a role: trees for one board differ in names, order and what they omit.
public struct DeviceSelector: Hashable, Sendable {
  /// Candidate paths, the first present one wins.
  public var paths: [String]
  /// What a driver can drive; also what to look for when no path is present.
  public var compatible: [String]
  /// Interrupts of the hardware that some trees do not mention.
  public var fallbackInterrupts: [DeviceInterrupt]

  public init(
    paths: [String], compatible: [String], fallbackInterrupts: [DeviceInterrupt] = []
  ) {
    self.paths = paths
    self.compatible = compatible
    self.fallbackInterrupts = fallbackInterrupts
  }
}

extension Board {
  /// The device that takes a role on this board, found in `tree`.
  ///
  /// First the board's candidate paths, then the console (for serial), then any enabled device that is
  /// compatible, if it is the only one. Throws if there is none, several, or only a disabled one.
  public func device(_ role: DeviceRole, in tree: DeviceTree) throws(BoardError) -> Device {
    let selector = selector(role)
    var device = try select(role, selector, in: tree)
    if device.interrupts.isEmpty {
      device.interrupts = selector.fallbackInterrupts.map { .success($0) }
    }
    return device
  }

  private func select(
    _ role: DeviceRole, _ selector: DeviceSelector, in tree: DeviceTree
  ) throws(BoardError) -> Device {
    let named = selector.paths.compactMap { tree.find($0).map(tree.device) }.filter(selector.fits)
    if let device = named.first(where: \.isEnabled) { return device }
    let others = tree.devices(compatibleWith: selector.compatible)
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
    throw .noDevice(role, board: name, file: tree.name, compatible: selector.compatible)
  }
}

extension DeviceSelector {
  func fits(_ device: Device) -> Bool { device.compatible.contains(where: compatible.contains) }
}
