// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree

/// One device of a tree as `serval devices` shows it.
public struct DeviceRow: Hashable, Sendable {
  /// With its registers and interrupts; those that the tree leaves out and the board knows are
  /// among them.
  public var device: Device
  /// What the board would use it for.
  public var role: DeviceRole?
  /// Image of the driver for it.
  public var driver: String?

  /// Full path in the tree.
  public var path: String { device.path }
  /// `compatible` strings, most specific first.
  public var compatible: [String] { device.compatible }
  /// Whether the device and all buses above it are enabled.
  public var isEnabled: Bool { device.isEnabled }
  /// Those that the CPU can address; `problems` says why it cannot address others.
  public var registers: [RegisterRange] { device.registers.compactMap { try? $0.get() } }
  /// Those that seL4 numbers; `problems` says where others end.
  public var interrupts: [DeviceInterrupt] { device.interrupts.compactMap { try? $0.get() } }

  /// Why registers, interrupts or message controllers are missing from this row.
  public var problems: [DeviceTreeError] {
    let all =
      device.registers.compactMap(\.failure) + device.interrupts.compactMap(\.failure)
      + device.passedOn.compactMap(\.failure) + device.messages.compactMap(\.failure)
    // A CPU or a sensor on I2C has no registers in memory, which is fine.
    return all.filter { error in
      if case .notMemoryMapped = error.problem { false } else { true }
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
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
    // A device with a role has that role's driver: virtio's slots are all alike.
    let roles = chosen[device.path].map { [$0.role] } ?? DeviceRole.allCases
    let driver = roles.lazy.compactMap {
      DriverDescription.find(for: $0, compatible: device.compatible, among: drivers)
    }.first
    return DeviceRow(device: device, role: chosen[device.path]?.role, driver: driver?.image)
  }
}
