// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage
import SystemModel

/// A protection domain as the kernel sees it: a thread with its registers, capabilities and state.
final class Thread {
  enum State {
    /// Runs, or can run when it is scheduled and has budget.
    case ready
    /// Blocked receiving; without an endpoint, from the notification alone.
    case receiving(Endpoint?, Reply?)
    /// Blocked sending a message or fault.
    case sending(Endpoint, badge: UInt64, isCall: Bool, fault: ThreadFault?)
    /// Blocked until its call, or its fault's handler, is replied to.
    case awaitingReply(Reply, fault: ThreadFault?)
    /// Suspended.
    case inactive
  }

  let name: String
  /// Its place in the system file, from 0.
  let index: Int
  /// 0 to 255, the highest being the most urgent.
  let priority: Int
  /// The lowest virtual address of the stack.
  let stackBottom: UInt64
  /// The stack pointer at the start.
  let stackTop: UInt64
  unowned(unsafe) let kernel: Kernel
  let notification = Notification()
  let endpoint = Endpoint()
  let reply = Reply()
  let processor: Processor
  private let ipcBuffer: UnsafeMutableRawPointer
  let image: ELFImage
  /// By capability address; empty slots are absent.
  var capabilities: [UInt64: Capability] = [:]
  /// Where its faults go: its parent's endpoint or the monitor's.
  var faultHandler = Capability.null

  var state = State.inactive
  /// The scheduling context that it runs on, its own or a borrowed one; nil makes it passive.
  var context: SchedulingContext?
  /// The scheduling context with the budget and period of the system file.
  let ownContext: SchedulingContext
  /// It dies once its processor has executed so many instructions; nil for a thread that is not to be killed.
  var death: UInt64?
  /// Whether it spends its time without doing anything.
  var isHung = false
  /// Whether it is in one of `ReadyQueues`.
  var isQueued = false
  var statistics = ThreadStatistics()

  init(
    _ domain: ProtectionDomain, index: Int, program: LoadedProgram, processor: Processor,
    kernel: Kernel
  ) {
    name = domain.name
    self.index = index
    self.processor = processor
    self.kernel = kernel
    image = program.image
    stackBottom = program.stackBottom
    stackTop = program.stackTop
    ipcBuffer = program.ipcBuffer
    priority = Int(domain.effectivePriority.rawValue)
    // Limited to 35 years, so that sums do not overflow.
    func nanoseconds(_ time: Microseconds) -> UInt64 { min(time.rawValue, 1 << 50) * 1000 }
    ownContext = SchedulingContext(
      budget: nanoseconds(domain.effectiveBudget), period: nanoseconds(domain.effectivePeriod))
    context = ownContext
    ownContext.thread = self
    notification.bound = self
    processor.thread = self
    processor.pc = program.image.entry
    processor[Processor.Register.sp] = program.stackTop
  }

  var isReady: Bool { if case .ready = state { true } else { false } }
  /// Ready and not passive.
  var isSchedulable: Bool { isReady && context != nil }

  // MARK: Messages: registers and IPC buffer (seL4 manual, 4.1 "Message Registers")

  /// General-purpose register `number`, 0 to 30.
  subscript(x number: Int) -> UInt64 {
    get { processor[Processor.Register.x(number)] }
    set { processor[Processor.Register.x(number)] = newValue }
  }

  static let messageRegisters = 4

  /// Word `index` of a message: the first four are in x2 to x5, the others in the IPC buffer.
  subscript(message index: Int) -> UInt64 {
    get {
      if index < Self.messageRegisters { return self[x: 2 + index] }
      return ipcBuffer.load(fromByteOffset: 8 + 8 * index, as: UInt64.self)
    }
    set {
      if index < Self.messageRegisters {
        self[x: 2 + index] = newValue
      } else {
        ipcBuffer.storeBytes(of: newValue, toByteOffset: 8 + 8 * index, as: UInt64.self)
      }
    }
  }
}

/// The counts that `--stats` prints for a protection domain.
struct ThreadStatistics: Hashable {
  var switches: UInt64 = 0
  var systemCalls: UInt64 = 0
  var notificationsSent: UInt64 = 0
  var notificationsReceived: UInt64 = 0
  var calls: UInt64 = 0
  var interrupts: UInt64 = 0
  var faults: UInt64 = 0
}

/// The word that describes a message: seL4_MessageInfo_t (shared_types.bf).
struct MessageInfo: Hashable {
  var rawValue: UInt64
  init(rawValue: UInt64) { self.rawValue = rawValue }
  init(label: UInt64, length: Int) { rawValue = label << 12 | UInt64(length) }

  /// Words; at most 120 (seL4_MsgMaxLength), whatever the sender claims.
  var length: Int { min(Int(rawValue & 0x7f), 120) }
  var label: UInt64 { rawValue >> 12 }
  /// As the receiver sees it: without capabilities, which Microkit's protection domains cannot transfer.
  var received: MessageInfo { MessageInfo(label: label, length: length) }
}
