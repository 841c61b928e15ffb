// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A child protection domain, by its identifier in the system file.
public struct Child: Equatable, Sendable {
  public let id: UInt8
  public init(_ id: UInt8) { self.id = id }

  private var thread: UInt64 { 202 + UInt64(id) }

  /// Starts the child anew at its entry point, which restores its data by itself if the child is one of
  /// Serval's programs. Its stack pointer is left as it was, as Microkit's own library does.
  ///
  /// - Parameter entry: address of `_start` in the child's image; Serval's are linked for the default.
  /// - Returns: whether the kernel did it.
  @discardableResult public func restart(at entry: UInt64 = 0x20_0000) -> Bool {
    // TCBWriteRegisters: resume, one register, the program counter.
    Kernel.call(thread, Message(label: 3, count: 3, 1, 1, entry)).label == 0
  }

  /// Stops the child until it is restarted. (TCBSuspend)
  @discardableResult public func stop() -> Bool {
    Kernel.call(thread, Message(label: 12)).label == 0
  }
}

/// What stopped a child.
public struct Fault: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    case capability
    case unknownSystemCall
    case exception
    case timeout
    /// An access to memory: MR1 is the address, MR0 the program counter.
    case memory
    case other(UInt64)
  }

  public let kind: Kind
  public let programCounter: UInt64
  /// Address that was accessed, for a memory fault.
  public let address: UInt64

  init(_ message: Message) {
    kind =
      switch message.label {
      case 1: .capability
      case 2: .unknownSystemCall
      case 3: .exception
      case 5: .timeout
      case 6: .memory
      default: .other(message.label)
      }
    programCounter = message.word0
    address = kind == .memory ? message.word1 : 0
  }
}

public enum FaultAnswer: Equatable, Sendable {
  /// The child waits for a restart, or for ever.
  case leaveStopped
  /// The child goes on with what its fault's reply message says.
  case resume(Message)
}
