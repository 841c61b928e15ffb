// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// A fault's way: the engine's exception becomes a fault, which goes to the thread's handler (its parent
// or the monitor), whose reply resumes the thread.
extension Kernel {
  /// An instruction failed. The thread's registers are those before it.
  func raise(_ exception: ProcessorException, in thread: Thread) {
    let pc = thread.processor.pc
    switch exception {
    case .memory(let access, let problem, let address):
      send(memoryFault(access, problem, address, pc, thread), of: thread)
    case .undefinedInstruction:
      // Class 0: unknown reason; IL set (Arm ARM, ESR_EL2).
      send(.exception(number: 0, code: 1 << 25), of: thread)
    case .trapped(let syndrome):
      send(.virtualProcessor(syndrome: syndrome), of: thread)
    case .breakpoint:
      let immediate = thread.processor.breakpointNumber(at: pc)
      send(
        abi.hasDebugInterface
          ? .debug(pc: pc, reason: 3)
          : .virtualProcessor(syndrome: 0x3c << 26 | 1 << 25 | immediate), of: thread)
    }
  }

  /// Includes the syndrome that a Cortex-A53 reports for a stage 2 abort (Arm ARM, ESR_EL2).
  private func memoryFault(
    _ access: ProcessorException.Access, _ problem: ProcessorException.MemoryProblem,
    _ address: UInt64, _ pc: UInt64, _ thread: Thread
  ) -> ThreadFault {
    let space = thread.processor.addressSpace
    let status: UInt64 =
      switch problem {
      case .unmapped: 4 + space.translationFaultLevel(at: address)
      case .forbidden: 12 + (space.mapping(at: address)?.hasLargePages == true ? 2 : 3)
      case .unaligned: 0x21
      // Implementation defined fault: unsupported exclusive or atomic access.
      case .exclusive: 0x35
      }
    if access == .fetch {
      return .memory(
        pc: pc, address: address, isFetch: true, status: 0x20 << 26 | 1 << 25 | status)
    }
    let description = thread.processor.memoryInstruction(at: pc)?.syndrome ?? 0
    return .memory(
      pc: pc, address: address, isFetch: false,
      status: 0x24 << 26 | 1 << 25 | description | (access == .write ? 1 << 6 : 0) | status)
  }

  /// Stops the thread and sends the fault to its handler.
  func send(_ fault: ThreadFault, of thread: Thread) {
    thread.statistics.faults += 1
    trace?.recordFault(fault, of: thread, at: now)
    let pc: UInt64 =
      switch fault {
      case .memory(let pc, _, _, _), .capability(let pc, _, _), .debug(let pc, _): pc
      case .unknownSystemCall: callAddress(of: thread)
      case .exception, .virtualProcessor: thread.processor.pc
      }
    report("'\(thread.name)' \(fault.summary) at \(describe(pc, in: thread))")
    queues.remove(thread)
    switch thread.faultHandler {
    case .endpoint(let endpoint, let badge):
      send(thread, to: endpoint, badge: badge, isBlocking: true, isCall: false, fault: fault)
    case .monitor(let badge):
      thread.state = .inactive
      if abi.prints { printByMonitor(fault, of: thread, badge: badge, pc: pc) }
    default:
      thread.state = .inactive
    }
  }

  /// The words of a fault message (sel4_arch/types_gen.h).
  func message(of fault: ThreadFault, in thread: Thread) -> [UInt64] {
    let processor = thread.processor
    let stack = processor[Processor.Register.sp]
    switch fault {
    case .memory(let pc, let address, let isFetch, let status):
      return [pc, address, isFetch ? 1 : 0, status]
    case .capability(let pc, let slot, let inReceive):
      return [pc, slot, inReceive ? 1 : 0, abi.missingCapabilityIsInvalidRoot ? 1 : 2, 0]
    case .unknownSystemCall(let number):
      return (0...7).map { thread[x: $0] }
        + [callAddress(of: thread), stack, thread[x: 30], processor.savedStatus, number]
    case .exception(let number, let code):
      return [processor.pc, stack, processor.savedStatus, number, code]
    case .virtualProcessor(let syndrome):
      return [syndrome]
    case .debug(let pc, let reason):
      return [pc, reason, 0, 0]
    }
  }

  /// The handler has replied: sets the registers that the reply brings and resumes the thread if the
  /// reply's label is 0 (handleFaultReply in faulthandler.c).
  func handleFaultReply(_ fault: ThreadFault, of thread: Thread, from handler: Thread) {
    let info = MessageInfo(rawValue: handler[x: 1])
    let words = (0..<info.length).map { handler[message: $0] }
    switch fault {
    case .unknownSystemCall:
      for (index, word) in words.prefix(8).enumerated() { thread[x: index] = word }
      if words.count > 8 { thread.processor.pc = words[8] }
      if words.count > 9 { thread.processor[Processor.Register.sp] = words[9] }
      if words.count > 10 { thread[x: 30] = words[10] }
    case .exception:
      if let pc = words.first { thread.processor.pc = pc }
      if words.count > 1 { thread.processor[Processor.Register.sp] = words[1] }
    case .memory, .capability, .virtualProcessor, .debug:
      break
    }
    thread.state = info.label == 0 ? .ready : .inactive
  }
}

extension Processor {
  /// The immediate operand of the BRK instruction at `pc`; 0 if `pc` is not readable.
  func breakpointNumber(at pc: UInt64) -> UInt64 {
    guard pc & 3 == 0, let pointer = addressSpace.pointer(to: pc, count: 4) else { return 0 }
    return UInt64(UInt32(littleEndian: pointer.load(as: UInt32.self)) >> 5 & 0xffff)
  }
}
