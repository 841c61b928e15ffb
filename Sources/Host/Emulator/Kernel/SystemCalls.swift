// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Kernel {
  /// The thread executed SVC. This is called while its engine runs, which continues afterwards unless
  /// another thread must run.
  func systemCall(of thread: Thread) {
    spend(Self.systemCallTime)
    // A thread that has used up its timeslice repeats the call in its next one (checkBudgetRestart in
    // syscall.c). Otherwise a thread that only makes calls would never yield to its equals.
    chargeBudget()
    guard current === thread else {
      return thread.processor.stop(resumingAt: callAddress(of: thread))
    }
    thread.statistics.systemCalls += 1
    let number = Int64(bitPattern: thread[x: 7])
    guard let call = SystemCall(rawValue: number), abi.prints || !call.isDebug else {
      return fault(.unknownSystemCall(number: UInt64(bitPattern: number)), inCallOf: thread)
    }
    switch call {
    case .debugPutCharacter: console.write(UInt8(truncatingIfNeeded: thread[x: 0]))
    case .call: invoke(thread, thread[x: 0], isCall: true, isBlocking: true)
    case .send: invoke(thread, thread[x: 0], isCall: false, isBlocking: true)
    case .nonBlockingSend: invoke(thread, thread[x: 0], isCall: false, isBlocking: false)
    case .replyReceive:
      sendReply(thread, reply: thread[x: 6])
      receive(thread, isBlocking: true)
    case .nonBlockingSendReceive, .nonBlockingSendWait:
      invoke(thread, thread[x: 8], isCall: false, isBlocking: false)
      receive(thread, isBlocking: true, takesReply: call == .nonBlockingSendReceive)
    case .receive: receive(thread, isBlocking: true)
    case .wait: receive(thread, isBlocking: true, takesReply: false)
    case .nonBlockingReceive: receive(thread, isBlocking: false)
    case .nonBlockingWait: receive(thread, isBlocking: false, takesReply: false)
    case .yield: yield(thread)
    case .debugHalt: halt(thread)
    case .debugCapabilityIdentify: thread[x: 0] = 0
    case .debugDumpScheduler, .debugSnapshot, .debugNameThread: break
    }
    if mustSchedule { thread.processor.stop() }
  }

  private func halt(_ thread: Thread) {
    report("'\(thread.name)' halts the machine")
    isHalted = true
    thread.processor.stop()
  }

  /// The address of the SVC instruction that the thread is executing.
  func callAddress(of thread: Thread) -> UInt64 {
    thread.processor[Processor.Register.pc] &- 4
  }

  /// Reports a fault of a system call. The thread stays at its SVC, to repeat it if it is resumed.
  func fault(_ fault: ThreadFault, inCallOf thread: Thread) {
    thread.processor.stop(resumingAt: callAddress(of: thread))
    send(fault, of: thread)
  }

  func capability(of thread: Thread, at address: UInt64) -> Capability {
    thread.capabilities[address] ?? .null
  }

  // MARK: Receiving

  private func receive(_ thread: Thread, isBlocking: Bool, takesReply: Bool = true) {
    let slot = thread[x: 0]
    // Microkit gives a domain only its own endpoint or notification to receive from.
    switch capability(of: thread, at: slot) {
    case .endpoint(let endpoint, _) where endpoint === thread.endpoint:
      guard takesReply else {
        return receive(thread, from: endpoint, nil, isBlocking: isBlocking)
      }
      guard case .reply(let reply) = capability(of: thread, at: thread[x: 6]) else {
        return fault(
          .capability(pc: callAddress(of: thread), slot: thread[x: 6], inReceive: true),
          inCallOf: thread)
      }
      receive(thread, from: endpoint, reply, isBlocking: isBlocking)
    case .notification(let notification, _) where notification === thread.notification:
      wait(thread, isBlocking: isBlocking)
    default:
      fault(
        .capability(pc: callAddress(of: thread), slot: slot, inReceive: true), inCallOf: thread)
    }
  }

  // MARK: Invoking

  private func invoke(_ thread: Thread, _ slot: UInt64, isCall: Bool, isBlocking: Bool) {
    let info = MessageInfo(rawValue: thread[x: 1])
    switch capability(of: thread, at: slot) {
    case .notification(let notification, let badge):
      thread.statistics.notificationsSent += 1
      trace?.recordNotification(by: thread, to: notification.bound, badge: badge, at: now)
      signal(notification, badge: badge)
      if isCall { replyFromKernel(thread, error: 0) }
    case .endpoint(let endpoint, let badge):
      if isCall { thread.statistics.calls += 1 }
      send(
        thread, to: endpoint, badge: badge, isBlocking: isBlocking, isCall: isCall, fault: nil)
    case .monitor(let badge):
      makePassive(thread, badge: badge, label: info.label)
    case .interrupt(let line):
      guard abi.invocation(info.label) == .acknowledgeInterrupt else {
        return rejectInvocation(thread, label: info.label, slot: slot, isCall: isCall)
      }
      acknowledge(line)
      if isCall { replyFromKernel(thread, error: 0) }
    case .thread(let target):
      invoke(target, by: thread, info, slot: slot, isCall: isCall)
    case .reply:
      sendReply(thread, reply: slot)
    case .null:
      report("\(place(of: thread)) uses capability \(slot), which it does not have")
      if isCall { replyFromKernel(thread, error: KernelError.invalidCapability, word: 0) }
    case .other:
      rejectInvocation(thread, label: info.label, slot: slot, isCall: isCall)
    }
  }

  /// Reports an invocation that the capability does not have.
  func rejectInvocation(_ thread: Thread, label: UInt64, slot: UInt64, isCall: Bool) {
    report("\(place(of: thread)) invokes capability \(slot) with label \(label), which it cannot")
    if isCall { replyFromKernel(thread, error: KernelError.illegalOperation) }
  }

  /// Returns the result of a kernel object's invocation.
  func replyFromKernel(_ thread: Thread, error: UInt64, word: UInt64? = nil) {
    thread[x: 0] = 0
    if let word { thread[message: 0] = word }
    thread[x: 1] = MessageInfo(label: error, length: word == nil ? 0 : 1).rawValue
  }
}

/// seL4_Error values (errors.h).
enum KernelError {
  static let invalidArgument: UInt64 = 1
  static let invalidCapability: UInt64 = 2
  static let illegalOperation: UInt64 = 3
}
