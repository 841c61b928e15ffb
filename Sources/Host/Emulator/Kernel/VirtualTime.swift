// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Virtual time, in nanoseconds since the start. Each instruction takes one, whatever the host does, so
// that a run depends on its inputs alone.
extension Kernel {
  /// Virtual time, also while an engine runs.
  var now: UInt64 {
    guard let running else { return timeBase }
    return timeBase &+ UInt64(max(0, sliceLength - running.slice.pointee.remaining))
  }

  /// Nanoseconds to enter and leave the kernel: an estimate of the right order for a Cortex-A53.
  static let systemCallTime: Int64 = 300

  /// Nanoseconds from an interrupt to its handler; never below a microsecond, which drivers rely on.
  static let interruptTime: Int64 = 1500

  /// Lets time pass inside the kernel.
  func spend(_ nanoseconds: Int64) {
    if let running {
      running.slice.pointee.remaining -= nanoseconds
    } else {
      timeBase &+= UInt64(nanoseconds)
    }
  }

  /// Shortens the running slice if an event is now due before its end.
  func eventsChanged() {
    guard let running else { return }
    let now = self.now
    guard let limit = sliceLimit, limit < timeBase &+ UInt64(max(0, sliceLength)) else { return }
    timeBase = now
    sliceLength = Int64(clamping: limit > now ? limit - now : 0)
    running.slice.pointee.remaining = sliceLength
  }

  /// When the next event of a device, or the release of a thread, is due.
  var nextEvent: UInt64? {
    var next = nextRelease
    for device in devices {
      if let time = device.nextEvent, time < next ?? .max { next = time }
    }
    return next
  }

  /// Until when the current thread may run undisturbed: the next event or the end of its budget.
  private var sliceLimit: UInt64? {
    var limit = nextEvent ?? .max
    if let available = current?.context?.available {
      limit = min(limit, chargedUntil &+ available)
    }
    return limit
  }

  /// The longest slice, in instructions. It bounds the response to ctrl-C.
  static let longestSlice: UInt64 = 20_000_000

  /// Runs the current thread's engine for one slice.
  ///
  /// - Parameters:
  ///   - end: the slice ends here at the latest, in nanoseconds of virtual time.
  ///   - longest: nanoseconds.
  func runCurrent(_ thread: Thread, until end: UInt64, longest: UInt64 = longestSlice) {
    let start = timeBase
    var limit = min(sliceLimit ?? .max, end, start &+ longest)
    if thread.isHung {
      timeBase = max(limit, start &+ 1)
      return chargeBudget()
    }
    if let life = life(of: thread) { limit = min(limit, start &+ UInt64(life)) }
    sliceLength = Int64(clamping: limit > start ? limit - start : 1)
    if life(of: thread) != 0 { run(thread, exactly: nil) }
    chargeBudget()
    killIfDue(thread)
  }

  /// Runs the thread for so many instructions one by one. False if it cannot continue: it has faulted, blocked or lost its turn.
  func advance(_ thread: Thread, by count: Int64) -> Bool {
    sliceLength = 1000
    run(thread, exactly: Int(count))
    chargeBudget()
    return thread.isReady && current === thread && !mustSchedule
  }

  private func run(_ thread: Thread, exactly count: Int?) {
    thread.processor.slice.pointee.remaining = sliceLength
    running = thread.processor
    let stop = thread.processor.run(instructions: sliceLength, exactly: count)
    timeBase = now
    running = nil
    sleeper = nil
    switch stop {
    case .sliceEnd: break
    case .exception(let exception): raise(exception, in: thread)
    // The thread keeps the processor and is charged for the time until the next event.
    case .waitForInterrupt: sleeper = thread
    }
  }

  /// When the next event is due while no engine runs. The end of a round-robin timeslice is not an event
  /// unless another thread of the priority is queued.
  var nextEventOfSleep: UInt64? {
    guard let current else { return nextEvent }
    let isAlone = current.context?.isRoundRobin == true && queues.highest < current.priority
    return isAlone ? nextEvent : sliceLimit
  }

  /// Advances to `time` without running a program.
  func skip(to time: UInt64) {
    timeBase = max(timeBase, time)
    if current == nil { chargedUntil = timeBase } else { chargeBudget() }
    sleeper = nil
  }

  /// Extends the slice that has ended to `time`. The thread that ran is charged for the extension, but
  /// for at most `limit` nanoseconds.
  func lengthenSlice(to time: UInt64, charging limit: UInt64) {
    guard time > timeBase else { return }
    timeBase += min(time - timeBase, limit)
    chargeBudget()
    advanceClock(to: time)
  }

  /// Advances to `time`, charging no thread except one that waits in WFI.
  func advanceClock(to time: UInt64) {
    if current == nil || current === sleeper { return skip(to: time) }
    timeBase = max(timeBase, time)
    chargedUntil = timeBase
  }

  /// Handles the device events and thread releases that are due.
  func handleDueEvents() {
    for device in devices {
      if let time = device.nextEvent, time <= now { device.advance(to: now) }
    }
    releaseThreads()
  }
}
