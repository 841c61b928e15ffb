// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// What stopped a child: the kernel's fault message (seL4 manual, 6.2).
public struct Fault: Equatable, Sendable {
  private let message: Message
  init(_ message: Message) { self.message = message }

  public enum Kind: Equatable, Sendable {
    /// Use of a capability that is not there.
    case capability
    case unknownSystemCall
    /// An instruction that does not exist or is not allowed.
    case instruction
    /// A budget used up.
    case timeout
    /// Memory that is not mapped, or not for this.
    case memory
    /// A breakpoint instruction: how Swift stops where going on would be wrong.
    case trap
    case other
  }

  public var kind: Kind {
    switch message.label {
    case CMICROKIT_CAPABILITY_FAULT: .capability
    case CMICROKIT_UNKNOWN_SYSTEM_CALL: .unknownSystemCall
    case CMICROKIT_USER_EXCEPTION: .instruction
    case CMICROKIT_DEBUG_EXCEPTION: .trap
    case CMICROKIT_TIMEOUT: .timeout
    case CMICROKIT_MEMORY_FAULT: .memory
    // Without the hardware debug interface a breakpoint goes to the hypervisor, which reports it as a VCPU
    // fault; word 0 is ESR_EL2, whose class for BRK is 0x3c (Arm ARM, D24.2.40).
    case CMICROKIT_VCPU_FAULT: message.word0 >> 26 == 0x3c ? .trap : .other
    default: .other
    }
  }

  /// The reply that lets a child go on behind a system call that the kernel does not know, with its registers
  /// as they are; nil for any other fault. To be made before the next protected call, since the registers are
  /// in the IPC buffer: the first eight words, and the address of the call in the ninth.
  public var skippingSystemCall: Message? {
    guard kind == .unknownSystemCall else { return nil }
    var reply = Message(count: 9, message.word0, message.word1, message.word2, message.word3)
    for index in 4..<8 { reply.setWord(index, message.word(index)) }
    reply.setWord(8, message.word(8) &+ 4)
    return reply
  }

  /// Address that was accessed; nil unless the fault is one of memory.
  public var address: UInt64? { kind == .memory ? message.word1 : nil }
}

public enum FaultAnswer: Equatable, Sendable {
  /// The child waits for a restart, or for ever.
  case leaveStopped
  /// The child goes on with what its fault's reply message says.
  case resume(Message)
}
