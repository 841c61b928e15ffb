// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Boards

/// A board of the SDK that Serval does not lay systems out for, and drivers for its devices.
let imx8mm = Board("imx8mm_evk", tree: PackageResources.imx8mm_evk_dts)

let imxUART = DriverDescription(
  role: .serial, compatible: ["fsl,imx8mm-uart"], image: "serial_driver_imx.elf",
  resources: [.registers(name: "regs", index: 0, minimumSize: 0x1000)])

let imxEthernet = DriverDescription(
  role: .ethernet, compatible: ["fsl,imx8mq-fec"], image: "ethernet_driver_imx.elf",
  resources: [
    .registers(name: "regs", index: 0, minimumSize: 0x1_0000),
    .shared(name: "device_rx_ring", size: 0x8000, cached: false),
    .shared(name: "device_tx_ring", size: 0x8000, cached: false),
  ],
  interrupts: [2])
