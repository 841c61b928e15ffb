// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree

/// One device of a tree as `serval devices` shows it.
public struct DeviceRow: Hashable, Sendable {
  public var path: String
  public var compatible: [String]
  public var isEnabled: Bool
  /// At CPU addresses; empty if they cannot be translated, with the reason in `problems`.
  public var registers: [RegisterRange]
  /// Those that resolve; reasons for the others are in `problems`.
  public var interrupts: [DeviceInterrupt]
  public var problems: [DeviceTreeError]
  /// What the board would use it for.
  public var role: DeviceRole?
  /// The driver that would take it, as the caller names drivers.
  public var driver: String?
}

/// The devices of a tree, in its order. `driver` names the driver for a device, if there is one.
public func deviceRows(
  of tree: DeviceTree, for board: Board?, driver: (Device) -> String? = { _ in nil }
) -> [DeviceRow] {
  var chosen: [String: (role: DeviceRole, device: Device)] = [:]
  for role in DeviceRole.allCases {
    guard let device = try? board?.device(role, in: tree) else { continue }
    chosen[device.path] = (role, device)
  }
  return tree.devices.map { device in
    // The board may know more of its devices than the tree says.
    let device = chosen[device.path]?.device ?? device
    return DeviceRow(device, role: chosen[device.path]?.role, driver: driver(device))
  }
}

extension DeviceRow {
  fileprivate init(_ device: Device, role: DeviceRole?, driver: String?) {
    self.init(
      path: device.path, compatible: device.compatible, isEnabled: device.isEnabled,
      registers: [], interrupts: [], problems: [], role: role, driver: driver)
    switch device.registers {
    case .success(let ranges): registers = ranges
    case .failure(let error):
      // A CPU or a sensor on I2C has no registers in memory, and nobody expects them.
      if case .notMemoryMapped = error.problem { break }
      problems.append(error)
    }
    for interrupt in device.interrupts {
      switch interrupt {
      case .success(let interrupt): interrupts.append(interrupt)
      case .failure(let error): problems.append(error)
      }
    }
  }
}
