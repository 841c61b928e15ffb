// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The Microkit tool's defaults for what a description leaves out (Microkit manual,
// "protection_domain").
extension ProtectionDomain {
  /// 0 unless given.
  public var effectivePriority: Priority { priority ?? 0 }
  /// 1000 us unless given.
  public var effectiveBudget: Microseconds { budget ?? 1000 }
  /// The budget unless given.
  public var effectivePeriod: Microseconds { period ?? effectiveBudget }

  /// `SDKVersion.defaultStackSize` unless given.
  public func effectiveStackSize(sdk: SDKVersion) -> ByteCount {
    stackSize ?? sdk.defaultStackSize
  }
}

extension VirtualMachine {
  /// 0 unless given.
  public var effectivePriority: Priority { priority ?? 0 }
  /// 1000 us unless given.
  public var effectiveBudget: Microseconds { budget ?? 1000 }
  /// The budget unless given.
  public var effectivePeriod: Microseconds { period ?? effectiveBudget }
}

extension VirtualMachine.CPU {
  /// Unless given core 0, since 2.3.0 the core of the monitor.
  public func effectiveCPU(monitor: ProtectionDomain, sdk: SDKVersion) -> UInt8 {
    cpu ?? (sdk < .v2_3_0 ? 0 : monitor.cpu ?? 0)
  }
}
