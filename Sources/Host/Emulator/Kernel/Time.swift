// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Virtual time: nanoseconds since the start. An instruction takes one, whatever the host does, so that
// a run depends on its inputs alone.
extension Kernel {
  var now: UInt64 {
    guard let running else { return timeBase }
    return timeBase &+ UInt64(max(0, sliceLength - running.slice.pointee.remaining))
  }

  /// What entering and leaving the kernel takes; a guess of the right order for a Cortex-A53.
  static let systemCallTime: Int64 = 300

  /// From an interrupt to its handler. Drivers may rely on it that this is no less than a microsecond.
  static let interruptTime: Int64 = 1500

  /// Time that passes in the kernel.
  func spend(_ nanoseconds: Int64) {
    if let running {
      running.slice.pointee.remaining -= nanoseconds
    } else {
      timeBase &+= UInt64(nanoseconds)
    }
  }

  /// Something may be due earlier than it was when the slice began.
  func eventsChanged() {
    guard let running else { return }
    let now = self.now
    guard let limit = sliceLimit, limit < timeBase &+ UInt64(max(0, sliceLength)) else { return }
    timeBase = now
    sliceLength = Int64(clamping: limit > now ? limit - now : 0)
    running.slice.pointee.remaining = sliceLength
  }

  /// When a device, or a thread that waits for time, needs the kernel next.
  var nextEvent: UInt64? {
    var next = nextRelease
    for device in devices {
      if let time = device.nextEvent, time < next ?? .max { next = time }
    }
    return next
  }

  /// Until when the current thread may run without anyone looking.
  private var sliceLimit: UInt64? {
    var limit = nextEvent ?? .max
    if let available = current?.context?.available {
      limit = min(limit, chargedUntil &+ available)
    }
    return limit
  }

  /// Longest run of the engine, in instructions: how long ctrl-C may take to be heard.
  static let longestSlice: UInt64 = 20_000_000

  func runCurrent(_ thread: Thread, until end: UInt64, longest: UInt64 = longestSlice) {
    let start = timeBase
    let limit = min(sliceLimit ?? .max, end, start &+ longest)
    sliceLength = Int64(clamping: limit > start ? limit - start : 1)
    thread.processor.slice.pointee.remaining = sliceLength
    running = thread.processor
    let stop = thread.processor.run(instructions: sliceLength)
    timeBase = now
    running = nil
    sleeper = nil
    switch stop {
    case .sliceEnd: break
    case .exception(let exception): raise(exception, in: thread)
    // WFI: the thread keeps the processor, and pays for the time that goes by until something happens.
    case .waitForInterrupt: sleeper = thread
    }
    charge()
  }

  /// When something happens by itself, while nobody runs. The end of a turn is nothing where nobody else
  /// waits for one.
  var nextEventOfSleep: UInt64? {
    guard let current else { return nextEvent }
    let isAlone = current.context?.isRoundRobin == true && queues.highest < current.priority
    return isAlone ? nextEvent : sliceLimit
  }

  /// Nobody runs until then.
  func skip(to time: UInt64) {
    timeBase = max(timeBase, time)
    if current == nil { chargedUntil = timeBase } else { charge() }
    sleeper = nil
  }

  /// The slice that is over took until then. The thread that has run pays for it, but for no more than
  /// `limit`.
  func lengthenSlice(to time: UInt64, charging limit: UInt64) {
    guard time > timeBase else { return }
    timeBase += min(time - timeBase, limit)
    charge()
    pass(to: time)
  }

  /// Time goes by that nobody pays for, but a thread that waits in WFI.
  func pass(to time: UInt64) {
    if current == nil || current === sleeper { return skip(to: time) }
    timeBase = max(timeBase, time)
    chargedUntil = timeBase
  }

  /// Lets devices and threads do what is due.
  func advance() {
    for device in devices {
      if let time = device.nextEvent, time <= now { device.advance(to: now) }
    }
    releaseThreads()
  }
}
