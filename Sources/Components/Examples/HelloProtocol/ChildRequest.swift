// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Labels of the child's calls.
public enum ChildRequest: Sendable {
  /// With the number of restarts, and a `ChildState` as the child found it.
  case started
  /// What is to be done? Answered with a command's number.
  case command
  case unknown

  public init(_ label: UInt64) {
    switch label {
    case 1: self = .started
    case 2: self = .command
    default: self = .unknown
    }
  }

  public var label: UInt64 {
    switch self {
    case .started: 1
    case .command: 2
    case .unknown: 0
    }
  }
}

/// Two variables of the child's, one in .data and one in .bss, which each run changes.
public enum ChildState {
  /// What the first holds in the image; the second holds 0.
  public static var linked: UInt64 { 0x6c69_6e6b_6564 }
}
