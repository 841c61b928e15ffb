// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import DeviceTree
import Records
import SystemModel

extension SystemBuilder {
  /// Gives a driver its device: maps registers and shared memory, delivers interrupts, and adds the
  /// record that lists them.
  ///
  /// - Returns: the device's node name, with which its regions' names begin.
  mutating func attach(
    _ role: DeviceRole, to driver: PD
  ) throws -> String {
    let device = try device(role)
    let description = try driverDescription(role, for: device)

    var record = RecordBytes<DeviceResources>()
    var count = 0
    for resource in description.resources {
      let prefix = "\(device.name)/\(description.directory)"
      let mapped: DeviceMappedRange?
      mapped =
        switch resource {
        case .registers(let name, index: let entry, minimumSize: let size):
          try mapRegisters("\(prefix)/\(name)", entry, size, of: device, into: driver)
        case .shared(let name, size: let size, cached: let cached):
          try mapShared("\(prefix)/\(name)", size, cached: cached, into: driver)
        case .clockRegisters(let name, minimumSize: let size):
          try tree.clockController(of: device).map {
            try mapRegisters("\(prefix)/\(name)", 0, size, of: $0, into: driver)
          }
        }
      guard let mapped else { continue }
      record[DeviceResources.regions[count]] = mapped
      count += 1
    }
    record[DeviceResources.regionCount] = UInt8(count)

    for (index, entry) in description.interrupts.enumerated() {
      let interrupt = try device.interrupt(entry)
      guard let trigger = interrupt.trigger else {
        throw DeviceTreeError(file: device.file, node: device.path, .noTrigger(interrupt))
      }
      let id = try addInterrupt(
        IRQNumber(interrupt.number), trigger == .edge ? .edge : .level, to: driver)
      record[DeviceResources.interrupts[index]] = .init(id: id.rawValue)
    }
    record[DeviceResources.interruptCount] = UInt8(description.interrupts.count)
    try addRecord(record, fileName: "\(driver.name)_device_resources", to: driver)
    return device.name
  }

  /// The board's device for a role.
  ///
  /// - Throws: `BoardError` if the tree has none, or more than one.
  public func device(_ role: DeviceRole) throws(BoardError) -> Device {
    try board.device(role, in: tree, drivers: drivers)
  }

  /// The driver of the board's device for a role.
  ///
  /// - Throws: `BoardError`, as `device(_:)` does.
  public func driver(for role: DeviceRole) throws -> DriverDescription {
    try driverDescription(role, for: device(role))
  }

  private func driverDescription(
    _ role: DeviceRole, for device: Device
  ) throws(BoardError) -> DriverDescription {
    guard
      let driver = DriverDescription.find(
        for: role, compatible: device.compatible, among: drivers)
    else {
      throw .noDriver(
        role, file: tree.name, path: device.path, compatible: device.compatible)
    }
    return driver
  }

  /// Maps the pages of a register block; the record says where in them the registers begin.
  private mutating func mapRegisters(
    _ name: String, _ entry: Int, _ size: ByteCount, of device: Device, into driver: PD
  ) throws -> DeviceMappedRange {
    let (range, page) = (try device.register(entry), Self.pageSize.rawValue)
    let offset = range.address % page
    let pages = ByteCount(range.size).roundedUp(to: Self.pageSize) ?? 0
    guard pages >= size else {
      throw SubsystemError.registersTooSmall(
        file: device.file, device: device.path, index: entry, size: ByteCount(range.size),
        needed: size)
    }
    let region = try addDeviceRegion(
      name, size: size, at: PhysicalAddress(range.address - offset))
    let mapping = try map(region, into: driver, .readWrite, cached: false)
    return DeviceMappedRange(
      region: .init(address: mapping.address.rawValue + offset, size: region.size.rawValue),
      ioAddress: range.address - offset)
  }

  private mutating func mapShared(
    _ name: String, _ size: ByteCount, cached: Bool, into driver: PD
  ) throws -> DeviceMappedRange {
    let region = try addDMARegion(name, size: size)
    return DeviceMappedRange(try map(region, into: driver, .readWrite, cached: cached))
  }
}
