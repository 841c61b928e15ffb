// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The builds of kernel and monitor that an SDK has for each board.
public enum KernelConfiguration: String, CaseIterable, Hashable, Sendable {
  /// Assertions and debug output.
  case debug
  /// Neither.
  case release
  /// Release, with utilisation tracking.
  case benchmark
  /// `debug` for several cores (since 2.1.0).
  case smpDebug = "smp-debug"
  /// `release` for several cores (since 2.1.0).
  case smpRelease = "smp-release"
  /// `benchmark` for several cores (since 2.1.0).
  case smpBenchmark = "smp-benchmark"

  /// Whether the kernel has assertions, debug output, and since 2.3.0 the hardware debug interface.
  public var isDebug: Bool { self == .debug || self == .smpDebug }
  /// Whether the kernel runs on several cores.
  public var isMulticore: Bool { rawValue.hasPrefix("smp-") }
}

/// What a protection domain must know about its kernel and cannot find out for itself.
public struct KernelABI: Hashable, Sendable {
  /// Label of the invocation IRQAckIRQ. seL4 numbers invocations in the order of its interface
  /// files, so the label depends on the kernel's version and, since 2.3, on whether it has the
  /// hardware debug interface.
  public let irqAckLabel: UInt32
  /// Whether the kernel has the system call DebugPutChar.
  public let canPrint: Bool
  /// Whether a domain must acknowledge its interrupts before the first receive (seL4 issue 1536).
  public let acknowledgesFirst: Bool

  /// The ABI of an SDK's kernel on AArch64, read from its headers (make/check-abi.sh compares
  /// them).
  public init(_ sdk: SDKVersion, _ configuration: KernelConfiguration) {
    irqAckLabel =
      switch sdk {
      case .v1_4_1, .v2_0_1: 26
      case .v2_1_0, .v2_2_0: 27
      case .v2_3_0, .v2_3_1: configuration.isDebug ? 31 : 27
      }
    canPrint = configuration.isDebug
    acknowledgesFirst = sdk >= .v2_1_0
  }
}
