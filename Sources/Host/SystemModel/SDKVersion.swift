// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A Microkit SDK that Serval knows: its dialect of `.system` files and its PD ABI.
public enum SDKVersion: String, CaseIterable, Hashable, Sendable {
  /// With seL4 from before version 14.
  case v1_4_1 = "1.4.1"
  /// With seL4 from before version 14; 2.0.0 is not supported because of its bugs.
  case v2_0_1 = "2.0.1"
  /// With seL4 14.
  case v2_1_0 = "2.1.0"
  /// With seL4 15.
  case v2_2_0 = "2.2.0"
  /// With seL4 16.
  case v2_3_0 = "2.3.0"
  /// With seL4 16. What differs from 2.3.0 is known from its release notes and, for interrupts, from
  /// the Microkit tool's source.
  case v2_3_1 = "2.3.1"

  /// The default where neither user nor file decides.
  public static let newest = SDKVersion.v2_3_1
}

extension SDKVersion: Comparable, CustomStringConvertible {
  /// Older before newer.
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.ordinal < rhs.ordinal }
  /// As in the SDK's VERSION file: "2.3.0".
  public var description: String { rawValue }

  // Compared for every attribute of a file, so it must be cheap.
  private var ordinal: Int {
    switch self {
    case .v1_4_1: 0
    case .v2_0_1: 1
    case .v2_1_0: 2
    case .v2_2_0: 3
    case .v2_3_0: 4
    case .v2_3_1: 5
    }
  }
}

extension SDKVersion {
  /// Whether the callee declares protected calls (`<protection_domain pp>`, until 1.4), not the
  /// caller's channel end (`<end pp>`, since 2.0, which also brought `notify` per end).
  public var declaresProtectedCallsOnCallee: Bool { self < .v2_0_1 }

  /// Stack of a protection domain without `stack_size`: 4 KiB, since 2.1.0 8 KiB.
  public var defaultStackSize: ByteCount { self < .v2_1_0 ? 0x1000 : 0x2000 }

  /// How many bytes of its name a PD and the monitor receive; the tool cuts off the rest silently.
  public var visibleNameLength: Int { self < .v2_0_1 ? 16 : 64 }
}
