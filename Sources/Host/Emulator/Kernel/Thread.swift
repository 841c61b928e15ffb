// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage
import SystemModel

/// A protection domain as the kernel sees it: registers, rights and what it waits for.
final class Thread {
  enum State {
    /// Runs, or would if it were its turn and had time.
    case ready
    /// Nil waits on the notification alone.
    case receiving(Endpoint?, Reply?)
    case sending(Endpoint, badge: UInt64, isCall: Bool, fault: Fault?)
    case awaitingReply(Reply, fault: Fault?)
    case inactive
  }

  let name: String
  /// From 0, in the order of the file.
  let index: Int
  let priority: Int
  let stackBottom: UInt64
  unowned(unsafe) let kernel: Kernel
  let notification = Notification()
  let endpoint = Endpoint()
  let reply = Reply()
  let processor: Processor
  private let ipcBuffer: UnsafeMutableRawPointer
  let image: ELFImage
  /// By capability address; those that it has not are not there.
  var capabilities: [UInt64: Capability] = [:]
  /// Where its faults go: its parent, else the monitor.
  var faultHandler = Capability.null

  var state = State.inactive
  var context: SchedulingContext?
  /// The one that the file gives it.
  let ownContext: SchedulingContext
  var isQueued = false
  var statistics = Statistics()

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
    ipcBuffer = program.ipcBuffer
    priority = Int(domain.effectivePriority.rawValue)
    // Centuries are enough, and leave room for sums.
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
  /// Could run now, if it were its turn.
  var isSchedulable: Bool { isReady && context != nil }

  // MARK: Messages (seL4's system call registers and IPC buffer, FACTS: see docs/emulator.md)

  subscript(x number: Int) -> UInt64 {
    get { processor[Processor.Register.x(number)] }
    set { processor[Processor.Register.x(number)] = newValue }
  }

  static let messageRegisters = 4

  /// Word `index` of a message: the first four are in x2 to x5, the rest in the IPC buffer.
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

/// What `--stats` prints of a protection domain.
struct Statistics: Hashable {
  var switches: UInt64 = 0
  var systemCalls: UInt64 = 0
  var notificationsSent: UInt64 = 0
  var notificationsReceived: UInt64 = 0
  var calls: UInt64 = 0
  var interrupts: UInt64 = 0
  var faults: UInt64 = 0
}

/// The first word of every message (shared_types.bf of seL4).
struct MessageInfo: Hashable {
  var rawValue: UInt64
  init(rawValue: UInt64) { self.rawValue = rawValue }
  init(label: UInt64, length: Int) { rawValue = label << 12 | UInt64(length) }

  /// At most 120, also where the sender says more.
  var length: Int { min(Int(rawValue & 0x7f), 120) }
  var label: UInt64 { rawValue >> 12 }
  /// Without capabilities, which Microkit's protection domains have none of to give.
  var received: MessageInfo { MessageInfo(label: label, length: length) }
}
