// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The machines that Microkit runs on, by their numbers in the file header (`e_machine`).
public enum ELFMachine: UInt16, Hashable, Sendable {
  /// EM_X86_64.
  case x86_64 = 62
  /// EM_AARCH64.
  case aarch64 = 183
  /// EM_RISCV.
  case riscv = 243

  /// As its makers write it.
  public var title: String {
    switch self {
    case .x86_64: "x86-64"
    case .aarch64: "AArch64"
    case .riscv: "RISC-V"
    }
  }
}
