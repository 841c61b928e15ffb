// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree

/// One device of a tree as `serval devices` shows it.
public struct DeviceRow: Hashable, Sendable {
  /// Full path in the tree.
  public var path: String
  /// `compatible` strings, most specific first.
  public var compatible: [String]
  /// Whether the device and all buses above it are enabled.
  public var isEnabled: Bool
  /// At CPU addresses; empty if they cannot be translated, with the reason in `problems`.
  public var registers: [RegisterRange]
  /// Those that resolve; `problems` says why others do not.
  public var interrupts: [DeviceInterrupt]
  /// Why registers or interrupts are missing from this row.
  public var problems: [DeviceTreeError]
  /// What the board would use it for.
  public var role: DeviceRole?
  /// Image of the driver for it.
  public var driver: String?
}

/// The devices of a tree, in its order, with the roles that `board` gives them and the drivers that
/// know them.
public func deviceRows(
  of tree: DeviceTree, for board: Board?, drivers: [DriverDescription] = DriverDescription.builtIn
) -> [DeviceRow] {
  var chosen: [String: (role: DeviceRole, device: Device)] = [:]
  for role in DeviceRole.allCases {
    guard let device = try? board?.device(role, in: tree, drivers: drivers) else { continue }
    chosen[device.path] = (role, device)
  }
  return tree.devices.map { device in
    // The board may know interrupts that the tree leaves out.
    let device = chosen[device.path]?.device ?? device
    let driver = DeviceRole.allCases.lazy.compactMap {
      DriverDescription.find(for: $0, compatible: device.compatible, among: drivers)
    }.first
    return DeviceRow(device, role: chosen[device.path]?.role, driver: driver?.image)
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
      // A CPU or a sensor on I2C has no registers in memory, which is fine.
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
