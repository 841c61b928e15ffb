// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// The state of seL4 and Microkit's monitor, as far as protection domains can observe it.
///
/// Entry points: `systemCall(of:)` (SystemCalls.swift), `raise(_:in:)` (FaultHandling.swift),
/// `setLine(_:high:)` (Interrupts.swift) and, between them, `schedule()` (Scheduler.swift) and
/// `runCurrent` (VirtualTime.swift).
final class Kernel {
  let abi: EmulatedABI
  let board: EmulatedBoard
  let console: MachineConsole
  let trace: TraceWriter?
  /// Receives one line for the user for each fault or misuse, with its place in the program.
  var report: (String) -> Void = { _ in }
  let sourceLines = SourceLines()

  /// Chooses the instructions at which killed domains die.
  var killChoices = RandomBits(seed: 1)

  /// In the order of the system file.
  var threads: [Thread] = []
  var interruptLines: [InterruptLine] = []
  var devices: [any Device] = []
  let timer: GenericTimerModel
  /// A program made the system call DebugHalt.
  var isHalted = false

  // MARK: Scheduler.swift

  /// The thread that runs, or ran last; nil if none can.
  var current: Thread?
  /// The thread that was switched to last, for traces and statistics.
  var lastRun: Thread?
  var decision = Decision.resume
  var queues = ReadyQueues()
  /// seL4's release queue: threads whose next refill is in the future.
  var waitingForBudget: [Thread] = []

  // MARK: VirtualTime.swift

  /// Nanoseconds of virtual time at the start of the current slice, or now if no engine runs.
  var timeBase: UInt64 = 0
  /// Nanoseconds, and therefore instructions, of the current slice.
  var sliceLength: Int64 = 0
  /// The processor whose engine is running; nil between slices.
  unowned(unsafe) var running: Processor?
  /// Time up to here has been charged to a scheduling context.
  var chargedUntil: UInt64 = 0
  /// The current thread, if it is waiting in a WFI instruction.
  var sleeper: Thread?

  init(abi: EmulatedABI, board: EmulatedBoard, console: MachineConsole, trace: TraceWriter?) {
    self.abi = abi
    self.board = board
    self.console = console
    self.trace = trace
    timer = GenericTimerModel(frequency: board.counterFrequency)
    timer.interrupt = { [unowned self] in setLine(board.timerInterrupt, high: $0) }
    devices.append(timer)
  }
}
