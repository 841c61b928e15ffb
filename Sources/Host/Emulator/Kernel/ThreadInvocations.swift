// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Invocations of TCB capabilities, which a parent has for its children.
extension Kernel {
  func invoke(
    _ target: Thread, by thread: Thread, _ info: MessageInfo, slot: UInt64, isCall: Bool
  ) {
    switch abi.invocation(info.label) {
    case .writeRegisters: writeRegisters(of: target, by: thread, info)
    case .readRegisters: readRegisters(of: target, by: thread, info)
    case .suspend: suspend(target)
    case .resume: resume(target)
    case .setTLSBase: target.processor[Processor.Register.threadPointer] = thread[message: 0]
    case .acknowledgeInterrupt, nil:
      return rejectInvocation(thread, label: info.label, slot: slot, isCall: isCall)
    }
    if isCall, abi.invocation(info.label) != .readRegisters { replyFromKernel(thread, error: 0) }
  }

  func suspend(_ thread: Thread) {
    cancelIPC(thread)
    thread.state = .inactive
    queues.remove(thread)
    waitingForBudget.removeAll { $0 === thread }
  }

  func resume(_ thread: Thread) {
    if thread.isReady { return }
    cancelIPC(thread)
    thread.state = .ready
    wake(thread)
  }

  /// seL4_TCB_WriteRegisters: the message holds flags (bit 0: resume), a count, and registers in the order
  /// of seL4_UserContext.
  private func writeRegisters(of target: Thread, by thread: Thread, _ info: MessageInfo) {
    let count = min(Int(clamping: thread[message: 1]), info.length - 2, Self.contextRegisters.count)
    for index in 0..<max(0, count) {
      let value = thread[message: 2 + index]
      let register = Self.contextRegisters[index]
      if register == Processor.Register.pc {
        target.processor.pc = value
      } else {
        target.processor[register] =
          register == Processor.Register.pstate
          ? target.processor[register] & 0x0fff_ffff | value & 0xf000_0000 : value
      }
    }
    // A new instance begins: what was to happen to the old one does not happen to it.
    (target.death, target.isHung) = (nil, false)
    if thread[message: 0] & 1 != 0 { resume(target) }
  }

  /// seL4_TCB_ReadRegisters: the message holds flags (bit 0: suspend) and a count.
  private func readRegisters(of target: Thread, by thread: Thread, _ info: MessageInfo) {
    let count = min(Int(clamping: thread[message: 1]), Self.contextRegisters.count)
    if thread[message: 0] & 1 != 0 { suspend(target) }
    let values = Self.contextRegisters.prefix(count).map { register in
      switch register {
      case Processor.Register.pc: target.processor.pc
      case Processor.Register.pstate: target.processor.savedStatus
      default: target.processor[register]
      }
    }
    for (index, value) in values.enumerated() { thread[message: index] = value }
    thread[x: 0] = 0
    thread[x: 1] = MessageInfo(label: 0, length: values.count).rawValue
  }

  /// The registers of seL4_UserContext for AArch64, in order (sel4_arch/types.h).
  static let contextRegisters: [Int32] =
    [Processor.Register.pc, Processor.Register.sp, Processor.Register.pstate]
    + ([Int](0...8) + [16, 17, 18, 29, 30] + (9...15) + (19...28)).map(Processor.Register.x)
    + [Processor.Register.threadPointer, Processor.Register.threadPointerReadOnly]
}
