// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import DeviceTree

extension Board {
  /// Hardkernel Odroid-C4: Amlogic S905X3 (SM1), four Cortex-A55, 4 GiB.
  ///
  /// Devices: Amlogic S905X3 datasheet.
  public static let odroidC4 = Board(
    "odroidc4", tree: PackageResources.odroidc4_dts, treeName: "dts/odroidc4.dts",
    compatible: "hardkernel,odroid-c4",
    serial: DeviceSelector(paths: ["/soc/bus@ff800000/serial@3000"]),
    ethernet: DeviceSelector(paths: ["/soc/ethernet@ff3f0000"]),
    // The watchdog's page also holds the timers. Linux does not use them, so its tree lists no
    // interrupt: timer A's is SPI 10, edge-triggered.
    timer: DeviceSelector(
      paths: ["/soc/bus@ffd00000/watchdog@f0d0"],
      fallbackInterrupts: [DeviceInterrupt(number: 42, trigger: .edge)]),
    entropy: DeviceSelector(paths: ["/soc/bus@ff600000/bus@30000/rng@218"]),
    hasCryptographicExtension: true, physicalMemoryTop: 0x6000_0000)
}
