// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

extension SystemBuilder {
  /// The least stacks of Serval's programs for drivers and virtualisers, by image. Each is what `serval run --stats` shows
  /// under load, and half of it or more on top. The images of those above 8 KiB state the same.
  static let stackNeeds: [String: ByteCount] = [
    "timer_driver_arm.elf": .kibibytes(4), "timer_driver_meson.elf": .kibibytes(4),
    "serial_driver_pl011.elf": .kibibytes(4), "serial_driver_meson.elf": .kibibytes(4),
    "serial_virt_tx.elf": .kibibytes(16), "serial_virt_rx.elf": .kibibytes(16),
    "ethernet_driver_virtio.elf": .kibibytes(16), "ethernet_driver_meson.elf": .kibibytes(8),
    "entropy_driver_virtio.elf": .kibibytes(16), "entropy_driver_meson.elf": .kibibytes(16),
    "signer.elf": .kibibytes(40),
    "net_copier.elf": .kibibytes(8), "net_virt_tx.elf": NetworkSubsystem.virtualiserStackSize,
    "net_virt_rx.elf": NetworkSubsystem.virtualiserStackSize, "supervisor.elf": .kibibytes(64),
  ]

  static func checkStack(
    _ size: ByteCount, of image: String, domain: String
  ) throws(SubsystemError) {
    guard let needed = stackNeeds[image], size.rawValue < needed.rawValue else { return }
    throw .stackTooSmall(domain: domain, size: size, needed: needed)
  }
}
