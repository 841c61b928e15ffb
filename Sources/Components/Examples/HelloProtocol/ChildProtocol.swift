// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A command to the child. Each causes a different kind of fault.
public struct ChildCommand: Equatable, Sendable {
  /// The command's number in messages.
  public let number: UInt64
  /// The command with a number, which need not be a known one.
  public init(_ number: UInt64) { self.number = number }

  /// Do nothing.
  public static var none: Self { Self(0) }
  /// Access unmapped memory.
  public static var fault: Self { Self(1) }
  /// Execute a trap.
  public static var trap: Self { Self(2) }
  /// Overflow the stack.
  public static var overflow: Self { Self(3) }
  /// Write to the program's own code.
  public static var writeText: Self { Self(4) }
  /// Execute data on the stack.
  public static var execute: Self { Self(5) }
  /// Allocate until the heap is exhausted.
  public static var exhaust: Self { Self(6) }
  /// The highest number of a command.
  public static var last: UInt64 { 6 }

  /// The word that the user types; empty for unknown commands.
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

/// A call from the child, by its label.
public enum ChildRequest: Sendable {
  /// The child has started. Words: the number of restarts, both variables of `ChildState` as it found them, and the
  /// bytes of its heap in use plus the most that ever were: 0 in a new heap.
  case started
  /// The child asks for a command. The reply has its number.
  case command
  /// Any other label.
  case unknown

  /// The request with a label.
  public init(_ label: UInt64) {
    switch label {
    case 1: self = .started
    case 2: self = .command
    default: self = .unknown
    }
  }

  /// The label; 0 for `unknown`.
  public var label: UInt64 {
    switch self {
    case .started: 1
    case .command: 2
    case .unknown: 0
    }
  }
}

/// Two variables of the child, one in .data and one in .bss. Each run changes them, so a restart must restore them.
public enum ChildState {
  /// Initial value of the first; that of the second is 0.
  public static var linked: UInt64 { 0x6c69_6e6b_6564 }
}
