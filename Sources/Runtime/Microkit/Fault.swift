// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// What stopped a child: the kernel's fault message (seL4 manual, 6.2).
public struct Fault: Equatable, Sendable {
  private let message: Message
  init(_ message: Message) { self.message = message }

  /// The fault's class, by the label of its message.
  public enum Kind: Equatable, Sendable {
    /// Use of a missing capability.
    case capability
    /// A system call number that the kernel does not have.
    case unknownSystemCall
    /// An undefined or privileged instruction.
    case instruction
    /// An exhausted budget.
    case timeout
    /// An access to memory that is not mapped, or not for this kind of access.
    case memory
    /// A breakpoint instruction, with which Swift stops after a failed check.
    case trap
    /// Any other label.
    case other
  }

  /// The fault's class.
  public var kind: Kind {
    switch message.label {
    case CMICROKIT_CAPABILITY_FAULT: .capability
    case CMICROKIT_UNKNOWN_SYSTEM_CALL: .unknownSystemCall
    case CMICROKIT_USER_EXCEPTION: .instruction
    case CMICROKIT_DEBUG_EXCEPTION: .trap
    case CMICROKIT_TIMEOUT: .timeout
    case CMICROKIT_MEMORY_FAULT: .memory
    // Without the hardware debug interface, breakpoints trap to the hypervisor, which reports a VCPU fault. Word
    // 0 is ESR_EL2, whose class for BRK is 0x3c (Arm ARM, D24.2.40).
    case CMICROKIT_VCPU_FAULT: message.word0 >> 26 == 0x3c ? .trap : .other
    default: .other
    }
  }

  /// The reply that resumes a child after an unknown system call, with its registers unchanged; nil for any other
  /// fault. Read it before the next system call: the registers (words 0 to 7) and the address of the call (word 8)
  /// are in the IPC buffer.
  public var skippingSystemCall: Message? {
    guard kind == .unknownSystemCall else { return nil }
    var reply = Message(count: 9, message.word0, message.word1, message.word2, message.word3)
    for index in 4..<8 { reply.setWord(index, message.word(index)) }
    reply.setWord(8, message.word(8) &+ 4)
    return reply
  }

  /// The accessed address; nil unless `kind` is `memory`.
  public var address: UInt64? { kind == .memory ? message.word1 : nil }
}

/// What the kernel does with a child that has faulted.
public enum FaultAnswer: Equatable, Sendable {
  /// The child stays stopped until its parent restarts it.
  case leaveStopped
  /// The child resumes with the registers in the fault's reply message.
  case resume(Message)
}
