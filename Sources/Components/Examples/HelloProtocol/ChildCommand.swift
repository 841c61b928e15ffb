// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What the child can be told: each ends in a fault of its own kind.
public struct ChildCommand: Equatable, Sendable {
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }

  public static var none: Self { Self(0) }
  public static var fault: Self { Self(1) }
  public static var trap: Self { Self(2) }
  public static var overflow: Self { Self(3) }
  public static var writeText: Self { Self(4) }
  public static var execute: Self { Self(5) }
  public static var exhaust: Self { Self(6) }
  public static var last: UInt64 { 6 }

  /// What is typed for it.
  public var name: StaticString {
    switch number {
    case 1: "fault"
    case 2: "trap"
    case 3: "overflow"
    case 4: "write-text"
    case 5: "execute-data"
    case 6: "exhaust"
    default: ""
    }
  }
}
