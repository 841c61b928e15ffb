// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Processor time: `budget` in every `period`, as seL4's sporadic servers give it. All in nanoseconds.
///
/// As in seL4, what was used is given back one period after it was begun to be used, in as many parts
/// as there is room for: two, which is what Microkit asks for.
final class SchedulingContext {
  struct Refill: Equatable {
    var time: UInt64
    var amount: UInt64
  }

  static let refillLimit = 2

  /// Whose time it is now; nil while nobody runs on it.
  unowned(unsafe) var thread: Thread?
  let budget: UInt64
  let period: UInt64
  /// By time; never empty.
  private(set) var refills: [Refill]

  init(budget: UInt64, period: UInt64) {
    self.budget = max(budget, 1)
    self.period = max(period, self.budget)
    refills = [Refill(time: 0, amount: self.budget)]
  }

  var isRoundRobin: Bool { budget == period }
  /// When it may run (again).
  var readyTime: UInt64 { refills[0].time }
  /// What may be used from `readyTime` on, before it has to wait.
  var available: UInt64 { refills[0].amount }

  func isReady(at now: UInt64) -> Bool { readyTime <= now }

  /// A thread starts to run on it: time that passed unused is not saved up.
  func begin(at now: UInt64) {
    guard !isRoundRobin, isReady(at: now) else { return }
    refills[0].time = now
    while refills.count > 1, refills[1].time <= now {
      refills[0].amount += refills[1].amount
      refills.remove(at: 1)
    }
  }

  /// - Returns: whether the thread's turn is over.
  func use(_ amount: UInt64, now: UInt64) -> Bool {
    if isRoundRobin {
      refills[0].amount -= min(amount, refills[0].amount)
      guard refills[0].amount == 0 else { return false }
      refills[0] = Refill(time: now, amount: budget)
      return true
    }
    var rest = amount
    while rest > 0, rest >= refills[0].amount {
      let head = refills.removeFirst()
      rest -= head.amount
      schedule(Refill(time: head.time + period, amount: head.amount))
    }
    if rest > 0, isReady(at: now) {
      let start = refills[0].time
      refills[0].amount -= rest
      refills[0].time = now
      schedule(Refill(time: start + period, amount: rest))
    }
    return !isReady(at: now)
  }

  private func schedule(_ refill: Refill) {
    guard let last = refills.last else { return refills.append(refill) }
    if last.time + last.amount >= refill.time {
      refills[refills.count - 1].amount += refill.amount
    } else if refills.count == Self.refillLimit {
      refills[refills.count - 1].time = refill.time - min(last.amount, refill.time)
      refills[refills.count - 1].amount += refill.amount
    } else {
      refills.append(refill)
    }
  }
}
