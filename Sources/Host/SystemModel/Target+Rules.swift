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

  /// End of the physical addresses that user level may have (KernelPaddrUserTop, with three levels
  /// of page tables on RISC-V); nil if the Microkit tool does not check it, as on x86.
  public var physicalAddressEnd: UInt64? {
    switch architecture {
    case .aarch64: 1 << UInt64(physicalAddressBits ?? 40)
    case .riscv64: 1 << 39
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
