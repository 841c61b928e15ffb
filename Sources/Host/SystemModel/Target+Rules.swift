// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Target {
  /// End of a user address space: seL4_UserVSpaceTop + 1 (constants.h of each architecture). A
  /// hypervisor on Arm gives user level as many bits as a physical address has.
  public var addressSpaceEnd: UInt64 {
    switch architecture {
    case .aarch64: hasHypervisor ? 1 << UInt64(physicalAddressBits ?? 40) : 1 << 47
    case .riscv64: 0x3f_ffff_f000
    case .x86_64: 0x7fff_ffff_f000
    }
  }

  /// End of the physical addresses that user level may have (KernelPaddrUserTop); nil if the
  /// Microkit tool does not check it, as on x86.
  public var physicalAddressEnd: UInt64? {
    switch architecture {
    case .aarch64: 1 << UInt64(physicalAddressBits ?? 40)
    case .riscv64: 1 << 56
    case .x86_64: nil
    }
  }
}

extension Target.Architecture {
  /// As its makers write it.
  public var title: String {
    switch self {
    case .aarch64: "AArch64"
    case .riscv64: "RISC-V"
    case .x86_64: "x86-64"
    }
  }

  /// The first SDK with boards of this architecture that Serval supports.
  public var firstSDK: SDKVersion { self == .x86_64 ? .v2_1_0 : .v1_4_1 }
}

extension Target {
  /// What a file is checked for if no target is asked for: each kind of board and kernel that the
  /// boards of an SDK have, the most common first.
  public static func kinds(of sdk: SDKVersion) -> [Target] {
    let cores = sdk < .v2_1_0 ? [1] : [1, 4]
    var kinds: [Target] = []
    for count in cores {
      kinds += [40, 44].map { bits in
        Target(
          architecture: .aarch64, hasHypervisor: true, cores: count, physicalAddressBits: bits,
          forwardsSMC: sdk >= .v2_1_0)
      }
    }
    for count in cores {
      kinds.append(Target(architecture: .riscv64, hasHypervisor: false, cores: count))
    }
    guard sdk >= .v2_1_0 else { return kinds }
    for count in cores {
      kinds += [false, true].map { isHypervisor in
        Target(
          architecture: .x86_64, hasHypervisor: isHypervisor, cores: count,
          hasIOMMU: sdk >= .v2_3_0)
      }
    }
    if sdk >= .v2_3_0 {
      // qemu_virt_aarch64_el1, whose kernel runs in EL1.
      kinds += cores.map {
        Target(
          architecture: .aarch64, hasHypervisor: false, cores: $0, physicalAddressBits: 40,
          forwardsSMC: true)
      }
    }
    return kinds
  }

  /// The first of `kinds`: AArch64 on one core, as a hypervisor with 40-bit physical addresses.
  public static func mostCommon(_ sdk: SDKVersion) -> Target { kinds(of: sdk)[0] }
}
