// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Board {
  /// QEMU's "virt" machine with EL2, so that seL4 runs as a hypervisor.
  ///
  /// Devices: QEMU's hw/arm/virt.c.
  public static let qemuVirtAArch64 = Board(
    "qemu_virt_aarch64", tree: PackageResources.qemu_virt_aarch64_dts,
    treeName: "dts/qemu_virt_aarch64.dts", compatible: "linux,dummy-virt",
    serial: DeviceSelector(paths: ["/pl011@9000000"]),
    // virtio-mmio-bus.0, where our command lines put the network card.
    ethernet: DeviceSelector(paths: ["/virtio_mmio@a000000"]),
    timer: DeviceSelector(paths: ["/timer"]),
    // virtio-mmio-bus.8: the first slot of another page, so that neither driver maps the other's device.
    entropy: DeviceSelector(paths: ["/virtio_mmio@a001000"]),
    // That of Cortex-A53.
    hasCryptographicExtension: true,
    // Below what seL4 manages, where nothing else is.
    physicalMemoryTop: 0x6000_0000)
}
