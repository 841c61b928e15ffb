// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Threads that could run, by priority.
struct ReadyQueues {
  private var queues = [[Thread]](repeating: [], count: 256)
  private(set) var highest = -1

  mutating func insert(_ thread: Thread, atFront: Bool) {
    guard !thread.isQueued else { return }
    thread.isQueued = true
    if atFront {
      queues[thread.priority].insert(thread, at: 0)
    } else {
      queues[thread.priority].append(thread)
    }
    highest = max(highest, thread.priority)
  }

  mutating func remove(_ thread: Thread) {
    guard thread.isQueued else { return }
    thread.isQueued = false
    queues[thread.priority].removeAll { $0 === thread }
    findHighest()
  }

  mutating func removeFirst() -> Thread? {
    guard highest >= 0 else { return nil }
    let thread = queues[highest].removeFirst()
    thread.isQueued = false
    findHighest()
    return thread
  }

  private mutating func findHighest() {
    while highest >= 0, queues[highest].isEmpty { highest -= 1 }
  }
}

// The order in which seL4 runs threads (thread.c: schedule, possibleSwitchTo, rescheduleRequired),
// whose details are visible: who is woken goes before others of its priority, who is pre-empted keeps
// its place at the front, who used up its time goes to the back.
extension Kernel {
  enum Decision {
    case resume
    case choose
    case switchTo(Thread)
  }

  /// A thread became able to run.
  func wake(_ thread: Thread) {
    guard thread.isSchedulable, let context = thread.context else { return }
    guard context.isReady(at: now) else { return postpone(thread) }
    switch decision {
    case .resume: decision = .switchTo(thread)
    case .choose, .switchTo:
      reschedule()
      queues.insert(thread, atFront: true)
    }
  }

  func reschedule() {
    if case .switchTo(let thread) = decision, canRun(thread) {
      queues.insert(thread, atFront: true)
    }
    decision = .choose
  }

  /// Whether the running thread has to be looked at: it waits, or someone else became able to run.
  var mustSchedule: Bool {
    if case .resume = decision { return !(current.map(canRun) ?? false) }
    return true
  }

  private func canRun(_ thread: Thread) -> Bool {
    thread.isSchedulable && thread.context?.isReady(at: now) == true
  }

  private func postpone(_ thread: Thread) {
    queues.remove(thread)
    if !waitingForTime.contains(where: { $0 === thread }) { waitingForTime.append(thread) }
    // It may get time again before the current slice is over.
    eventsChanged()
  }

  /// When the next thread gets time again.
  var nextRelease: UInt64? {
    waitingForTime.lazy.filter(\.isSchedulable).compactMap { $0.context?.readyTime }.min()
  }

  func releaseThreads() {
    guard !waitingForTime.isEmpty else { return }
    let due = waitingForTime.filter { $0.context.map { $0.isReady(at: now) } ?? true }
      .sorted { ($0.context?.readyTime ?? 0) < ($1.context?.readyTime ?? 0) }
    waitingForTime.removeAll { thread in due.contains { $0 === thread } }
    for thread in due { wake(thread) }
  }

  /// Takes the time that went by from whoever it was given to.
  func charge() {
    let used = now - chargedUntil
    chargedUntil = now
    guard used > 0, let thread = current, let context = thread.context else { return }
    if context.use(used, now: now), thread.isReady { endTurn(of: thread) }
  }

  private func endTurn(of thread: Thread) {
    if thread.context?.isReady(at: now) == true {
      queues.insert(thread, atFront: false)
    } else {
      postpone(thread)
    }
    if current === thread { current = nil }
    reschedule()
  }

  /// The rest of the turn is given up.
  func yield(_ thread: Thread) {
    charge()
    guard current === thread, let context = thread.context else { return }
    if context.use(context.available, now: now) { endTurn(of: thread) }
  }

  /// Settles who runs: `current`, nil if nobody can.
  func schedule() {
    choose()
    guard current !== lastRun else { return }
    current?.statistics.switches += 1
    trace?.recordSwitch(from: lastRun, to: current, at: now)
    lastRun = current
  }

  private func choose() {
    let previous = current
    let wasRunnable = previous.map(canRun) ?? false
    if case .resume = decision, wasRunnable { return }
    if let previous, wasRunnable { queues.insert(previous, atFront: true) }
    if let previous, !wasRunnable, previous.isSchedulable { postpone(previous) }
    if case .switchTo(let candidate) = decision, canRun(candidate) {
      let isLess = previous.map { candidate.priority < $0.priority } ?? true
      if isLess, candidate.priority < queues.highest {
        queues.insert(candidate, atFront: true)
        current = queues.removeFirst()
      } else if wasRunnable, candidate.priority == previous?.priority {
        queues.insert(candidate, atFront: false)
        current = queues.removeFirst()
      } else {
        queues.remove(candidate)
        current = candidate
      }
    } else {
      current = queues.removeFirst()
    }
    decision = .resume
    // Someone who was queued and has waited, been stopped or lost its time since.
    while let thread = current, !canRun(thread) {
      if thread.isSchedulable { postpone(thread) }
      current = queues.removeFirst()
    }
    if current !== previous { current?.context?.begin(at: now) }
  }
}
