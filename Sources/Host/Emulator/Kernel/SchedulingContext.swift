// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The right to `budget` nanoseconds of processor time in every `period` nanoseconds (seL4 manual,
/// 6.1.6 "Scheduling Contexts").
///
/// Where the two are equal, the budget is a round-robin timeslice. Otherwise this is a sporadic server:
/// time that was used returns one period after its use began, as a refill. Microkit asks for no extra
/// refills, so that the list holds two at most; where a third is needed, the last two are merged, which
/// only delays time.
final class SchedulingContext {
  struct Refill: Equatable {
    /// Nanoseconds of virtual time from which it may be used: seL4's rTime.
    var time: UInt64
    /// Nanoseconds: seL4's rAmount.
    var amount: UInt64
  }

  static let refillLimit = 2

  /// The thread that runs on it; nil if it is unbound or kept by a notification.
  unowned(unsafe) var thread: Thread?
  let budget: UInt64
  let period: UInt64
  /// In the order of their times; never empty.
  private(set) var refills: [Refill]

  /// - Parameters:
  ///   - budget: nanoseconds; at least 1 is given.
  ///   - period: nanoseconds; at least the budget.
  init(budget: UInt64, period: UInt64) {
    self.budget = max(budget, 1)
    self.period = max(period, self.budget)
    refills = [Refill(time: 0, amount: self.budget)]
  }

  var isRoundRobin: Bool { budget == period }
  /// When the head refill may be used.
  var readyTime: UInt64 { refills[0].time }
  /// Nanoseconds that may be used from `readyTime` on before the thread must wait.
  var available: UInt64 { refills[0].amount }

  func isReady(at now: UInt64) -> Bool { readyTime <= now }

  /// A thread starts to run on it (refill_unblock_check): refills that are due become one that starts
  /// now, so that unused time is not saved up.
  func resume(at now: UInt64) {
    guard !isRoundRobin, isReady(at: now) else { return }
    refills[0].time = now
    while refills.count > 1, refills[1].time <= now {
      refills[0].amount += refills[1].amount
      refills.remove(at: 1)
    }
  }

  /// Deducts used time (refill_budget_check).
  ///
  /// - Returns: whether the thread's timeslice is over.
  func charge(_ amount: UInt64, now: UInt64) -> Bool {
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
      append(Refill(time: head.time + period, amount: head.amount))
    }
    if rest > 0, isReady(at: now) {
      let start = refills[0].time
      refills[0].amount -= rest
      refills[0].time = now
      append(Refill(time: start + period, amount: rest))
    }
    return !isReady(at: now)
  }

  /// Adds a refill at the end of the list, merging it with the last one if they overlap or the list is
  /// full (schedule_used).
  private func append(_ refill: Refill) {
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

  /// Nil, or what is wrong with the refills.
  func checkInvariants() -> String? {
    guard 1...Self.refillLimit ~= refills.count else { return "\(refills.count) refills" }
    if refills.contains(where: { $0.amount == 0 }) { return "an empty refill" }
    if isRoundRobin {
      return available <= budget ? nil : "\(available) ns of a timeslice of \(budget) ns"
    }
    let sum = refills.reduce(0) { $0 + $1.amount }
    if sum != budget { return "refills of \(sum) ns for a budget of \(budget) ns" }
    for (one, next) in zip(refills, refills.dropFirst()) where one.time > next.time {
      return "a refill at \(next.time) after one at \(one.time)"
    }
    return nil
  }
}
