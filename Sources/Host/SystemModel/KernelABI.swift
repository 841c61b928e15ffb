// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Builds of the kernel and monitor that an SDK has for each board.
public enum KernelConfiguration: String, CaseIterable, Hashable, Sendable {
  case debug
  case release
  case benchmark
}

/// What a protection domain has to know of the kernel that it runs on, and cannot find out by itself.
public struct KernelABI: Hashable, Sendable {
  /// Label of the invocation IRQAckIRQ. seL4 numbers invocations in the order of its interface files, so
  /// that it moves with the kernel's version and, since 2.3, with the hardware debug interface.
  public let irqAckLabel: UInt32
  /// Whether the kernel has DebugPutChar.
  public let canPrint: Bool
  /// Whether interrupts are to be acknowledged before the first receive (seL4 issue 1536).
  public let acknowledgesFirst: Bool

  public init(_ sdk: SDKVersion, _ configuration: KernelConfiguration) {
    irqAckLabel =
      switch sdk {
      case .v1_4_1, .v2_0_1: 26
      case .v2_1_0, .v2_2_0: 27
      case .v2_3_0: configuration == .debug ? 31 : 27
      }
    canPrint = configuration == .debug
    acknowledgesFirst = sdk >= .v2_1_0
  }
}
