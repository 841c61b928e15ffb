// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

// Sources: build_sdk.py of each Microkit release (names, cores, kernel options) and platform_gen.json,
// devices_gen.h and kernel.dtb as the seL4 revision of each release generates them for these options.

extension SDKBoard {
  /// Every board of every SDK that Serval knows, by architecture and maker.
  public static let all = arm + riscV + x86

  private static let arm: [SDKBoard] = [
    arm(
      "qemu_virt_aarch64", "QEMU virt, 2 GiB (Arm Cortex-A53)", since: .v1_4_1,
      memory: [0x6000_0000..<0xc000_0000], otherRAM: [0x4000_0000..<0x6000_0000],
      gicV2(0x0800_0000, cpu: 0x0801_0000, virtual: 0x0803_0000)),
    arm(
      "qemu_virt_aarch64_el1", "QEMU virt without virtualisation, 2 GiB (Arm Cortex-A53)",
      since: .v2_3_0, hypervisor: false,
      memory: [0x4000_0000..<0xc000_0000], gicV2(0x0800_0000, cpu: 0x0801_0000)),

    // Amlogic
    arm(
      "odroidc2", "Hardkernel Odroid-C2 (Amlogic S905, Arm Cortex-A53)", since: .v1_4_1,
      memory: [0x0100_0000..<0x0500_0000, 0x0530_0000..<0x1000_0000, 0x1020_0000..<0x8000_0000],
      otherRAM: [0x0..<0x8000_0000],
      gicV2(0xc430_1000, cpu: 0xc430_2000, virtual: 0xc430_4000)),
    arm(
      "odroidc4", "Hardkernel Odroid-C4 (Amlogic S905X3, Arm Cortex-A55)", since: .v1_4_1,
      memory: [0x0..<0x0500_0000, 0x0530_0000..<0xf580_0000],
      otherRAM: [0x0500_0000..<0x0530_0000],
      gicV2(0xffc0_1000, cpu: 0xffc0_2000, virtual: 0xffc0_4000)),

    // NXP
    arm(
      "imx8mm_evk", "NXP i.MX 8M Mini EVK (Arm Cortex-A53)", since: .v1_4_1,
      memory: [0x4000_0000..<0xb800_0000, 0xb840_0000..<0xc000_0000],
      otherRAM: [0xb800_0000..<0xb840_0000], imx8m),
    arm(
      "imx8mp_evk", "NXP i.MX 8M Plus EVK (Arm Cortex-A53)", since: .v2_0_1,
      memory: [0x4000_0000..<0x1_c000_0000], imx8m),
    arm(
      "imx8mp_iotgate", "CompuLab IOT-GATE-IMX8PLUS (NXP i.MX 8M Plus, Arm Cortex-A53)",
      since: .v2_1_0,
      memory: [
        0x4000_0000..<0x5800_0000, 0x6800_0000..<0x9340_0000, 0x942f_0000..<0x1_c000_0000,
      ],
      otherRAM: [0x4000_0000..<0x1_c000_0000], imx8m),
    arm(
      "imx8mq_evk", "NXP i.MX 8M Quad EVK (Arm Cortex-A53)", since: .v1_4_1,
      memory: [0x4000_0000..<0xb800_0000, 0xb840_0000..<0x1_0000_0000],
      otherRAM: [0xb800_0000..<0xb840_0000], imx8m),
    arm(
      "maaxboard", "Avnet MaaXBoard (NXP i.MX 8M Quad, Arm Cortex-A53)", since: .v1_4_1,
      memory: [0x4000_0000..<0xc000_0000], imx8m),
    arm(
      "tqma8xqp1gb", "TQ-Systems TQMa8XQP 1 GiB (NXP i.MX 8X, Arm Cortex-A35)", since: .v1_4_1,
      memory: [0x8020_0000..<0xc000_0000],
      gicV3(0x51a0_0000, redistributors: 0x51b0_0000..<0x51bc_0000)),

    // AMD Xilinx Zynq UltraScale+
    arm(
      "kria_k26", "AMD Kria K26 (Zynq UltraScale+, Arm Cortex-A53)", since: .v2_2_0, cores: 1,
      memory: [0x0..<0x7ff0_0000, 0x8_0000_0000..<0x8_8000_0000], zynqMP),
    arm(
      "ultra96v2", "Avnet Ultra96-V2 (Zynq UltraScale+, Arm Cortex-A53)", since: .v2_1_0,
      memory: [0x0..<0x3ed0_0000, 0x3fd0_0000..<0x7ff0_0000],
      otherRAM: [0x3ed0_0000..<0x3fd0_0000], zynqMP),
    arm(
      "zcu102", "AMD ZCU102 (Zynq UltraScale+, Arm Cortex-A53)", since: .v1_4_1,
      memory: [0x0..<0x8000_0000, 0x8_0000_0000..<0x8_8000_0000], zynqMP),

    // Raspberry Pi: the memory below 1 GiB that is missing here belongs to VideoCore.
    arm(
      "rpi4b_1gb", "Raspberry Pi 4B 1 GiB (Broadcom BCM2711, Arm Cortex-A72)", since: .v2_0_1,
      addressBits: 44, memory: [0x1000..<0x3b40_0000], otherRAM: [0x0..<0x4000_0000], bcm2711),
    arm(
      "rpi4b_2gb", "Raspberry Pi 4B 2 GiB (Broadcom BCM2711, Arm Cortex-A72)", since: .v2_1_0,
      addressBits: 44, memory: [0x1000..<0x3b40_0000, 0x4000_0000..<0x8000_0000],
      otherRAM: [0x0..<0x4000_0000], bcm2711),
    arm(
      "rpi4b_4gb", "Raspberry Pi 4B 4 GiB (Broadcom BCM2711, Arm Cortex-A72)", since: .v2_1_0,
      addressBits: 44, memory: [0x1000..<0x3b40_0000, 0x4000_0000..<0xfc00_0000],
      otherRAM: [0x0..<0x4000_0000], bcm2711),
    arm(
      "rpi4b_8gb", "Raspberry Pi 4B 8 GiB (Broadcom BCM2711, Arm Cortex-A72)", since: .v2_1_0,
      addressBits: 44,
      memory: [
        0x1000..<0x3b40_0000, 0x4000_0000..<0xfc00_0000, 0x1_0000_0000..<0x2_0000_0000,
      ],
      otherRAM: [0x0..<0x4000_0000], bcm2711),
    arm(
      "rpi5b_2gb", "Raspberry Pi 5 2 GiB (Broadcom BCM2712, Arm Cortex-A76)", since: .v2_3_1,
      memory: [0x8_0000..<0x3fc0_0000], otherRAM: [0x0..<0x8_0000],
      gicV2(0x10_7fff_9000, cpu: 0x10_7fff_a000, virtual: 0x10_7fff_c000)),

    // Rockchip
    arm(
      "rock3b", "Radxa ROCK 3B (Rockchip RK3568, Arm Cortex-A55)", since: .v2_2_0, cores: 1,
      memory: [0x20_0000..<0xece9_c000],
      gicV3(0xfd40_0000, redistributors: 0xfd46_0000..<0xfd4e_0000)),
    arm(
      "rockpro64", "Pine64 RockPro64 (Rockchip RK3399, Arm Cortex-A53)", since: .v2_0_1,
      memory: [0x1000_0000..<0xf800_0000],
      gicV3(0xfee0_0000, redistributors: 0xfef0_0000..<0xfefc_0000)),

    // STMicroelectronics
    arm(
      "stm32mp2", "STMicroelectronics STM32MP257F-EV1 (Arm Cortex-A35)", since: .v2_3_0, cores: 2,
      memory: [0x8400_0000..<0x1_8000_0000], otherRAM: [0x8000_0000..<0x8400_0000],
      gicV2(0x4ac1_0000, cpu: 0x4ac2_0000, virtual: 0x4ac4_0000)),
  ]

  private static let riscV: [SDKBoard] = [
    riscV(
      "ariane", "CVA6 (Ariane) on an FPGA", since: .v2_0_1,
      memory: [0x8020_0000..<0xc000_0000], sbi: 0x8000_0000, plic: 0x0c00_0000..<0x1000_0000),
    riscV(
      "cheshire", "Cheshire (CVA6) on an FPGA", since: .v2_0_1,
      memory: [0x8020_0000..<0xc000_0000], sbi: 0x8000_0000, plic: 0x0400_0000..<0x0800_0000),
    riscV(
      "hifive_p550", "SiFive HiFive Premier P550 (ESWIN EIC7700)", since: .v2_1_0, cores: 4,
      memory: [
        0x8020_0000..<0xa000_0000, 0xa010_0000..<0xffff_f000, 0x1_0000_0000..<0x4_8000_0000,
      ],
      otherRAM: [0x8000_0000..<0x4_8000_0000], sbi: 0x8000_0000, plic: 0x0c00_0000..<0x1000_0000),
    riscV(
      "qemu_virt_riscv64", "QEMU virt, 2 GiB (64-bit RISC-V)", since: .v1_4_1, cores: 4,
      memory: [0x8020_0000..<0x1_0000_0000], sbi: 0x8000_0000, plic: 0x0c00_0000..<0x0c60_0000),
    riscV(
      "serengeti", "Serengeti (Cheshire with CVA6) on an FPGA", since: .v2_1_0,
      memory: [0x8020_0000..<0xc000_0000], sbi: 0x8000_0000, plic: 0x0400_0000..<0x0800_0000),
    riscV(
      "star64", "Pine64 Star64 (StarFive JH7110, SiFive U74)", since: .v1_4_1, cores: 4,
      memory: [0x4020_0000..<0xc011_0000, 0xc020_0000..<0x1_4000_0000],
      otherRAM: [0xc011_0000..<0xc020_0000], sbi: 0x4000_0000, plic: 0x0c00_0000..<0x1000_0000),
  ]

  private static let x86: [SDKBoard] = [
    x86("x86_64_generic", "Any 64-bit PC", hypervisor: false),
    x86("x86_64_generic_vtx", "Any 64-bit PC with Intel VT-x", hypervisor: true),
  ]

  private static let imx8m = gicV3(0x3880_0000, redistributors: 0x3888_0000..<0x3894_0000)
  private static let zynqMP = gicV2(0xf901_0000, cpu: 0xf902_0000, virtual: 0xf904_0000)
  private static let bcm2711 =
    gicV2(0xff84_1000, cpu: 0xff84_2000, virtual: 0xff84_4000)
    + [Platform.NamedRange(0xff80_0000..<0xff80_1000, "the cores' local registers")]
}

extension SDKBoard {
  private static func arm(
    _ name: String, _ title: String, since: SDKVersion, cores: Int = 4, hypervisor: Bool = true,
    addressBits: Int = 40, memory: [Range<UInt64>], otherRAM: [Range<UInt64>] = [],
    _ kernelDevices: [Platform.NamedRange]
  ) -> SDKBoard {
    SDKBoard(
      name: name, title: title, architecture: .aarch64, since: since, smpCores: cores,
      hasHypervisor: hypervisor, physicalAddressBits: addressBits, memory: memory,
      otherRAM: otherRAM, kernelDevices: kernelDevices)
  }

  /// - Parameter sbi: start of the 2 MiB of RAM that the firmware keeps.
  private static func riscV(
    _ name: String, _ title: String, since: SDKVersion, cores: Int = 1, memory: [Range<UInt64>],
    otherRAM: [Range<UInt64>] = [], sbi: UInt64, plic: Range<UInt64>
  ) -> SDKBoard {
    SDKBoard(
      name: name, title: title, architecture: .riscv64, since: since, smpCores: cores,
      hasHypervisor: false, memory: memory, otherRAM: otherRAM + [sbi..<sbi + 0x20_0000],
      kernelDevices: [
        .init(0x0200_0000..<0x0220_0000, "the CLINT"),
        .init(plic, "the interrupt controller (PLIC)"),
      ])
  }

  private static func x86(_ name: String, _ title: String, hypervisor: Bool) -> SDKBoard {
    SDKBoard(
      name: name, title: title, architecture: .x86_64, since: .v2_1_0, smpCores: 16,
      hasHypervisor: hypervisor, memory: [], otherRAM: [], kernelDevices: [])
  }

  /// One page each; the virtual interface's control registers belong to kernels with a hypervisor.
  private static func gicV2(
    _ distributor: UInt64, cpu: UInt64, virtual: UInt64? = nil
  ) -> [Platform.NamedRange] {
    func page(_ start: UInt64, _ name: String) -> Platform.NamedRange {
      .init(start..<start + 0x1000, "the interrupt controller's \(name)")
    }
    return [page(distributor, "distributor"), page(cpu, "CPU interface")]
      + (virtual.map { [page($0, "virtual interface control")] } ?? [])
  }

  private static func gicV3(
    _ distributor: UInt64, redistributors: Range<UInt64>
  ) -> [Platform.NamedRange] {
    [
      .init(distributor..<distributor + 0x1_0000, "the interrupt controller's distributor"),
      .init(redistributors, "the interrupt controller's redistributors"),
    ]
  }
}
