// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A Microkit SDK whose `.system` dialect and PD ABI are known.
public enum SDKVersion: String, CaseIterable, Hashable, Sendable {
  case v1_4_1 = "1.4.1"
  case v2_0_1 = "2.0.1"
  case v2_1_0 = "2.1.0"
  case v2_2_0 = "2.2.0"
  case v2_3_0 = "2.3.0"

  public static let newest = SDKVersion.v2_3_0
}

extension SDKVersion: Comparable, CustomStringConvertible {
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.ordinal < rhs.ordinal }
  public var description: String { rawValue }

  // Compared for every attribute of a file, so that it should cost nothing.
  private var ordinal: Int {
    switch self {
    case .v1_4_1: 0
    case .v2_0_1: 1
    case .v2_1_0: 2
    case .v2_2_0: 3
    case .v2_3_0: 4
    }
  }
}

extension SDKVersion {
  /// Whether protected calls are declared on the callee (`<protection_domain pp>`, until 1.4) or on
  /// the caller's channel end (`<end pp>`, since 2.0, with `notify` per end).
  public var declaresProtectedCallsOnCallee: Bool { self < .v2_0_1 }

  /// Stack of a protection domain without `stack_size`.
  public var defaultStackSize: ByteCount { self < .v2_1_0 ? 0x1000 : 0x2000 }

  /// Bytes of a PD name that reach the PD and the monitor; the rest is cut silently.
  public var visibleNameLength: Int { self < .v2_0_1 ? 16 : 64 }
}
