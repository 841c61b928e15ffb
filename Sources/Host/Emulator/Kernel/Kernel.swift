// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// seL4 and Microkit's monitor, as far as protection domains can tell.
final class Kernel {
  let abi: EmulatedABI
  let board: EmulatedBoard
  let console: Console
  let trace: TraceWriter?
  /// Told of what a person should know: faults and misuse, with the place in the program.
  var report: (String) -> Void = { _ in }
  let sourceLines = SourceLines()

  var threads: [Thread] = []
  var interruptLines: [InterruptLine] = []
  var devices: [any Device] = []
  let timer: GenericTimer
  /// A program asked for the end of everything.
  var isHalted = false

  // Scheduler.swift
  var current: Thread?
  /// Who ran last, for traces and counts.
  var lastRun: Thread?
  var decision = Decision.resume
  var queues = ReadyQueues()
  /// Threads whose budget is used up.
  var waitingForTime: [Thread] = []

  // Time.swift
  var timeBase: UInt64 = 0
  var sliceLength: Int64 = 0
  unowned(unsafe) var running: Processor?
  var chargedUntil: UInt64 = 0
  /// The current thread, if it waits in WFI.
  var sleeper: Thread?

  init(abi: EmulatedABI, board: EmulatedBoard, console: Console, trace: TraceWriter?) {
    self.abi = abi
    self.board = board
    self.console = console
    self.trace = trace
    timer = GenericTimer(frequency: board.counterFrequency)
    timer.interrupt = { [unowned self] in setLine(board.timerInterrupt, high: $0) }
    devices.append(timer)
  }
}
