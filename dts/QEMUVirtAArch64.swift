// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Board {
  /// QEMU's "virt" machine with EL2, so that seL4 runs as a hypervisor.
  ///
  /// Memory and its gaps: the Microkit SDKs' platform_gen.json. Devices: QEMU's hw/arm/virt.c.
  public static let qemuVirtAArch64 = Board(
    name: "qemu_virt_aarch64",
    title: "QEMU virt (Arm Cortex-A53)",
    cpu: "cortex-a53",
    compatible: "linux,dummy-virt",
    treeName: "dts/qemu_virt_aarch64.dts",
    treeSource: PackageResources.qemu_virt_aarch64_dts,
    serial: DeviceSelector(paths: ["/pl011@9000000"]),
    // virtio-mmio-bus.0, where `emulation` puts the network card.
    ethernet: DeviceSelector(paths: ["/virtio_mmio@a000000"]),
    timer: DeviceSelector(paths: ["/timer"]),
    physicalMemoryTop: 0x6000_0000,
    loadAddress: 0x7000_0000,
    normalMemory: [0x6000_0000..<0xc000_0000],
    // The GIC's distributor, CPU interface and hypervisor interface.
    kernelDevices: [
      0x0800_0000..<0x0800_1000, 0x0801_0000..<0x0801_1000, 0x0803_0000..<0x0803_1000,
    ],
    emulation: QEMUMachine(
      program: "qemu-system-aarch64",
      machine: [
        "-machine", "virt,virtualization=on", "-cpu", "cortex-a53", "-m", "size=2G",
      ],
      devices: [
        "-nographic", "-serial", "mon:stdio", "-global", "virtio-mmio.force-legacy=false",
        "-device", "virtio-net-device,netdev=netdev0,bus=virtio-mmio-bus.0",
      ]))
}
