// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// The system calls of a protection domain. The only memory that the kernel changes is the IPC buffer, into which
/// no references exist.
enum Kernel {
  // Slots of the capability space.
  static var input: UInt64 { CMICROKIT_INPUT }
  static var reply: UInt64 { CMICROKIT_REPLY }
  static var monitor: UInt64 { CMICROKIT_MONITOR }

  /// Sends a message without words.
  static func send(to capability: UInt64, label: UInt64 = 0) {
    cmicrokit_send(Int64(CMICROKIT_SEND), capability, label &<< CMICROKIT_LABEL_SHIFT)
  }

  // Out of line: it has many callers, and its time is that of the callee.
  @inline(never) static func call(_ capability: UInt64, _ message: Message) -> Message {
    Message(cmicrokit_syscall(Int64(CMICROKIT_CALL), capability, message.raw, 0, 0))
  }

  static func receive() -> (badge: UInt64, message: Message) {
    let raw = cmicrokit_receive(Int64(CMICROKIT_RECV), input, 0, reply, 0)
    return (raw.badge, Message(raw))
  }

  static func replyAndReceive(_ answer: Message) -> (badge: UInt64, message: Message) {
    let raw = cmicrokit_syscall(
      Int64(CMICROKIT_REPLY_RECV), input, answer.raw, reply, 0)
    return (raw.badge, Message(raw))
  }

  /// Sends a message without words, without waiting for the receiver, and receives: a deferred operation and the
  /// next receive in one entry to the kernel.
  static func sendAndReceive(
    to capability: UInt64, label: UInt64
  ) -> (badge: UInt64, message: Message) {
    let raw = cmicrokit_receive(
      Int64(CMICROKIT_NB_SEND_RECV), input, label &<< CMICROKIT_LABEL_SHIFT, reply, capability)
    return (raw.badge, Message(raw))
  }

  static func yield() { cmicrokit_send(Int64(CMICROKIT_YIELD), 0, 0) }

  static func debugPut(_ byte: UInt8) {
    cmicrokit_send(Int64(CMICROKIT_DEBUG_PUT_CHAR), UInt64(byte), 0)
  }
}
