// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree

extension Board {
  /// Hardkernel Odroid-C4: Amlogic S905X3 (SM1), four Cortex-A55, 4 GiB.
  ///
  /// Memory and its gaps: the Microkit SDKs' platform_gen.json. Devices: Amlogic S905X3 datasheet.
  public static let odroidC4 = Board(
    name: "odroidc4",
    title: "Hardkernel Odroid-C4 (Amlogic S905X3, Arm Cortex-A55)",
    cpu: "cortex-a55",
    compatible: "hardkernel,odroid-c4",
    treeName: "dts/odroidc4.dts",
    treeSource: PackageResources.odroidc4_dts,
    serial: DeviceSelector(paths: ["/soc/bus@ff800000/serial@3000"]),
    ethernet: DeviceSelector(paths: ["/soc/ethernet@ff3f0000"]),
    // The watchdog's page also holds the timers. Linux does not use them, so its tree lists no
    // interrupt: timer A's is SPI 10, edge-triggered.
    timer: DeviceSelector(
      paths: ["/soc/bus@ffd00000/watchdog@f0d0"],
      fallbackInterrupts: [DeviceInterrupt(number: 42, trigger: .edge)]),
    physicalMemoryTop: 0x6000_0000,
    loadAddress: 0x2000_0000,
    // The gap belongs to the secure monitor.
    normalMemory: [0x0..<0x0500_0000, 0x0530_0000..<0xf580_0000],
    // The GIC's distributor and CPU interface, and its hypervisor interface.
    kernelDevices: [0xffc0_1000..<0xffc0_3000, 0xffc0_4000..<0xffc0_5000],
    emulation: nil)
}
