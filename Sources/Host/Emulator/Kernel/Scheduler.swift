// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Runnable threads that are not running, one first-in first-out queue for each of the 256 priorities
/// (seL4 manual, 6.1.4 "Scheduling").
struct ReadyQueues {
  private var queues = [[Thread]](repeating: [], count: 256)
  /// The highest priority with a queued thread; -1 if all queues are empty.
  private(set) var highest = -1

  /// Queues a thread unless it is queued already.
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
    updateHighest()
  }

  /// Removes the first thread of the highest priority; nil if no thread is queued.
  mutating func removeFirst() -> Thread? {
    guard highest >= 0 else { return nil }
    let thread = queues[highest].removeFirst()
    thread.isQueued = false
    updateHighest()
    return thread
  }

  private mutating func updateHighest() {
    while highest >= 0, queues[highest].isEmpty { highest -= 1 }
  }

  /// Nil, or what is wrong: a thread in two places, in the wrong queue or with a wrong `isQueued`.
  func checkInvariants(_ threads: [Thread]) -> String? {
    var expectedHighest = -1
    var queuedCount = 0
    for priority in queues.indices where !queues[priority].isEmpty {
      expectedHighest = priority
      queuedCount += queues[priority].count
      for thread in queues[priority] where thread.priority != priority || !thread.isQueued {
        return "'\(thread.name)' of priority \(thread.priority) is in ready queue \(priority)"
      }
    }
    if highest != expectedHighest {
      return "the highest ready priority is \(expectedHighest), not \(highest)"
    }
    for thread in threads where thread.isQueued {
      let count = queues[thread.priority].count { $0 === thread }
      if count != 1 { return "'\(thread.name)' is in its ready queue \(count) times" }
      queuedCount -= 1
    }
    return queuedCount == 0 ? nil : "the ready queues hold a thread that is not the kernel's"
  }
}

// Programs can observe the order in which threads run, so this follows seL4's thread.c (schedule,
// possibleSwitchTo, rescheduleRequired) step by step: a woken thread goes ahead of its equals, a
// preempted thread keeps its place at the front, a thread that used up its timeslice goes to the back.
extension Kernel {
  /// What to do on leaving the kernel: seL4's ksSchedulerAction.
  enum Decision {
    /// The current thread continues if it can.
    case resume
    /// The most urgent queued thread runs.
    case choose
    /// This thread runs unless another one is more urgent.
    case switchTo(Thread)
  }

  /// A thread became runnable (possibleSwitchTo).
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

  /// Chooses among all queued threads on leaving the kernel (rescheduleRequired).
  func reschedule() {
    if case .switchTo(let thread) = decision, canRun(thread) {
      queues.insert(thread, atFront: true)
    }
    decision = .choose
  }

  /// Whether the running thread must leave its engine: it has blocked, or another became runnable.
  var mustSchedule: Bool {
    if case .resume = decision { return !(current.map(canRun) ?? false) }
    return true
  }

  private func canRun(_ thread: Thread) -> Bool {
    thread.isSchedulable && thread.context?.isReady(at: now) == true
  }

  /// Moves a thread without budget to the release queue.
  private func postpone(_ thread: Thread) {
    queues.remove(thread)
    if !waitingForBudget.contains(where: { $0 === thread }) { waitingForBudget.append(thread) }
    // Its next refill may be due before the current slice ends.
    eventsChanged()
  }

  /// When the next refill of a thread in the release queue is due; nil if there is none.
  var nextRelease: UInt64? {
    waitingForBudget.lazy.filter(\.isSchedulable).compactMap { $0.context?.readyTime }.min()
  }

  /// Wakes the threads whose refill is due, the earliest first.
  func releaseThreads() {
    guard !waitingForBudget.isEmpty else { return }
    let due = waitingForBudget.filter { $0.context.map { $0.isReady(at: now) } ?? true }
      .sorted { ($0.context?.readyTime ?? 0) < ($1.context?.readyTime ?? 0) }
    waitingForBudget.removeAll { thread in due.contains { $0 === thread } }
    for thread in due { wake(thread) }
  }

  /// Charges the time since the last charge to the current thread's scheduling context.
  func chargeBudget() {
    let used = now - chargedUntil
    chargedUntil = now
    guard used > 0, let thread = current, let context = thread.context else { return }
    if context.charge(used, now: now), thread.isReady { endTimeslice(of: thread) }
  }

  private func endTimeslice(of thread: Thread) {
    if thread.context?.isReady(at: now) == true {
      queues.insert(thread, atFront: false)
    } else {
      postpone(thread)
    }
    if current === thread { current = nil }
    reschedule()
  }

  /// Gives up the rest of the head refill (seL4_Yield; manual, 6.1.6 "Scheduling Contexts").
  func yield(_ thread: Thread) {
    chargeBudget()
    guard current === thread, let context = thread.context else { return }
    if context.charge(context.available, now: now) { endTimeslice(of: thread) }
  }

  /// Sets `current` to the thread that runs next; nil if none can.
  func schedule() {
    chooseThread()
    guard current !== lastRun else { return }
    current?.statistics.switches += 1
    trace?.recordSwitch(from: lastRun, to: current, at: now)
    lastRun = current
  }

  private func chooseThread() {
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
    // A queued thread may have blocked, been suspended or lost its budget since it was queued.
    while let thread = current, !canRun(thread) {
      if thread.isSchedulable { postpone(thread) }
      current = queues.removeFirst()
    }
    if current !== previous { current?.context?.resume(at: now) }
  }
}
