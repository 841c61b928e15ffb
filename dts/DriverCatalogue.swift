// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Which devices a driver knows, and what it needs from them and from memory.
///
/// The built-in values are those of sDDF 0.7.0's `config.json` files, so that its C drivers fit the
/// same layout.
public struct DriverDescription: Hashable, Sendable {
  /// A region that the driver finds in its `device_resources` record.
  public enum Resource: Hashable, Sendable {
    /// Registers: entry `index` of the device's `reg`, which must have at least `minimumSize` bytes
    /// once rounded up to pages; exactly `minimumSize` bytes are mapped.
    case registers(name: String, index: Int, minimumSize: ByteCount)
    /// Memory of `size` bytes that driver and device share, such as descriptor rings.
    case shared(name: String, size: ByteCount, cached: Bool)
    /// Registers of the controller of the device's first clock, as `registers` otherwise. Left out where
    /// the tree tells no clock, so it is the last one.
    case clockRegisters(name: String, minimumSize: ByteCount)
  }

  /// What systems use its devices for.
  public var role: DeviceRole
  /// `compatible` strings of the devices that it drives; nothing else in Serval lists them.
  public var compatible: [String]
  /// File name of the driver's ELF.
  public var image: String
  /// Where sDDF keeps its counterpart; region names contain it, as sdfgen's do.
  public var directory: String
  /// In the order of the `device_resources` record.
  public var resources: [Resource]
  /// Indices into the device's `interrupts` property.
  public var interrupts: [Int]

  /// Creates a description.
  ///
  /// - Parameter directory: any name; nil for one from role and image.
  public init(
    role: DeviceRole, compatible: [String], image: String, directory: String? = nil,
    resources: [Resource], interrupts: [Int] = [0]
  ) {
    self.role = role
    self.compatible = compatible
    self.image = image
    self.directory = directory ?? "drivers/\(role)/\(image.prefix { $0 != "." })"
    self.resources = resources
    self.interrupts = interrupts
  }
}

extension DriverDescription {
  /// The drivers that Serval comes with. Other packages pass theirs to `ServalTool.main`.
  public static let builtIn: [DriverDescription] = [
    DriverDescription(
      role: .serial, compatible: ["arm,pl011"], image: "serial_driver_pl011.elf",
      directory: "drivers/serial/arm",
      resources: [.registers(name: "regs", index: 0, minimumSize: 0x1000)], interrupts: [0]),
    DriverDescription(
      role: .serial, compatible: ["amlogic,meson-gx-uart", "amlogic,meson-ao-uart"],
      image: "serial_driver_meson.elf", directory: "drivers/serial/meson",
      resources: [.registers(name: "regs", index: 0, minimumSize: 0x1000)], interrupts: [0]),
    // The generic timer has only system registers; its second interrupt is the physical timer's.
    DriverDescription(
      role: .timer, compatible: ["arm,armv8-timer"], image: "timer_driver_arm.elf",
      directory: "drivers/timer/arm", resources: [], interrupts: [1]),
    DriverDescription(
      role: .timer, compatible: ["amlogic,meson-gxbb-wdt"], image: "timer_driver_meson.elf",
      directory: "drivers/timer/meson",
      resources: [.registers(name: "regs", index: 0, minimumSize: 0x1000)], interrupts: [0]),
    // QEMU keeps caches coherent with its devices, so the rings may be cached.
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
    // Both drivers poll: no request waits for the device.
    DriverDescription(
      role: .entropy, compatible: ["virtio,mmio"], image: "entropy_driver_virtio.elf",
      directory: "drivers/entropy/virtio/mmio",
      resources: [
        .registers(name: "regs", index: 0, minimumSize: 0x1000),
        .shared(name: "hw_ring_buffer", size: 0x1000, cached: true),
      ], interrupts: []),
    DriverDescription(
      role: .entropy, compatible: ["amlogic,meson-rng"], image: "entropy_driver_meson.elf",
      directory: "drivers/entropy/meson",
      resources: [
        .registers(name: "regs", index: 0, minimumSize: 0x1000),
        .clockRegisters(name: "clocks", minimumSize: 0x1000),
      ], interrupts: []),
  ]

  /// The driver of a role for a device: decided by the first of its `compatible` strings, which go
  /// from specific to general, that any driver knows; nil if none does.
  public static func find(
    for role: DeviceRole, compatible: [String], among drivers: [DriverDescription] = builtIn
  ) -> DriverDescription? {
    for string in compatible {
      for driver in drivers
      where driver.role == role && driver.compatible.contains(string) {
        return driver
      }
    }
    return nil
  }
}
