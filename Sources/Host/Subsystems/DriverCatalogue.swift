// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards
import SystemModel

/// What a driver needs of its device and of memory: the data that lays a driver out.
///
/// The values are those of sDDF 0.7.0's `config.json` files, so that its C drivers fit the same layout.
public struct DriverDescription: Hashable, Sendable {
  /// Memory that the driver finds in its `device_resources` record, in this order.
  public enum Resource: Hashable, Sendable {
    /// Registers: an entry of the device's `reg` property, of at least `minimumSize` bytes once rounded
    /// up to pages; exactly `minimumSize` of it are mapped.
    case registers(name: String, index: Int, minimumSize: ByteCount)
    /// Memory that driver and device share, such as descriptor rings.
    case shared(name: String, size: ByteCount, cached: Bool)
  }

  public var role: DeviceRole
  /// `compatible` strings of the devices that it drives.
  public var compatible: [String]
  /// The driver's ELF.
  public var image: String
  /// Where sDDF keeps its counterpart; region names carry it, as sdfgen's do.
  public var directory: String
  public var resources: [Resource]
  /// Entries of the device's `interrupts` property.
  public var interrupts: [Int]
}

extension DriverDescription {
  /// Every driver that Serval can lay out.
  public static let all: [DriverDescription] = [
    DriverDescription(
      role: .serial, compatible: ["arm,pl011"], image: "serial_driver_pl011.elf",
      directory: "drivers/serial/arm",
      resources: [.registers(name: "regs", index: 0, minimumSize: 0x1000)], interrupts: [0]),
    DriverDescription(
      role: .serial, compatible: ["amlogic,meson-gx-uart", "amlogic,meson-ao-uart"],
      image: "serial_driver_meson.elf", directory: "drivers/serial/meson",
      resources: [.registers(name: "regs", index: 0, minimumSize: 0x1000)], interrupts: [0]),
    // The generic timer has system registers only; its second interrupt is the physical timer's.
    DriverDescription(
      role: .timer, compatible: ["arm,armv8-timer"], image: "timer_driver_arm.elf",
      directory: "drivers/timer/arm", resources: [], interrupts: [1]),
    DriverDescription(
      role: .timer, compatible: ["amlogic,meson-gxbb-wdt"], image: "timer_driver_meson.elf",
      directory: "drivers/timer/meson",
      resources: [.registers(name: "regs", index: 0, minimumSize: 0x1000)], interrupts: [0]),
    // QEMU keeps caches coherent with its devices, so that the rings may be cached memory.
    DriverDescription(
      role: .ethernet, compatible: ["virtio,mmio"], image: "ethernet_driver_virtio.elf",
      directory: "drivers/network/virtio/mmio",
      resources: [
        .registers(name: "regs", index: 0, minimumSize: 0x1000),
        .shared(name: "hw_ring_buffer", size: 0x1_0000, cached: true),
      ], interrupts: [0]),
    DriverDescription(
      role: .ethernet,
      compatible: ["amlogic,meson-gxbb-dwmac", "amlogic,meson-g12a-dwmac"],
      image: "ethernet_driver_meson.elf", directory: "drivers/network/meson",
      resources: [
        .registers(name: "regs", index: 0, minimumSize: 0x1_0000),
        .shared(name: "device_rx_ring", size: 0x8000, cached: false),
        .shared(name: "device_tx_ring", size: 0x8000, cached: false),
      ], interrupts: [0]),
  ]

  /// The driver of a role for a device: the first of the device's `compatible` strings, which go from
  /// specific to general, that any driver knows.
  public static func find(
    for role: DeviceRole, compatible: [String]
  ) -> DriverDescription? {
    for string in compatible {
      for driver in all
      where driver.role == role && driver.compatible.contains(string) {
        return driver
      }
    }
    return nil
  }
}
