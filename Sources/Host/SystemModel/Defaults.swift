// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What the Microkit tool takes where a description says nothing.
extension ProtectionDomain {
  public var effectivePriority: Priority { priority ?? 0 }
  public var effectiveBudget: Microseconds { budget ?? 1000 }
  public var effectivePeriod: Microseconds { period ?? effectiveBudget }

  public func effectiveStackSize(sdk: SDKVersion) -> ByteCount {
    stackSize ?? sdk.defaultStackSize
  }
}

extension VirtualMachine {
  public var effectivePriority: Priority { priority ?? 0 }
  public var effectiveBudget: Microseconds { budget ?? 1000 }
  public var effectivePeriod: Microseconds { period ?? effectiveBudget }
}
