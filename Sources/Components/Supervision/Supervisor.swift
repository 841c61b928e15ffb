// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Time

/// When a supervisor restarts its children, and in which order. Time is an argument, and nothing is done here: the caller carries out
/// `Actions`.
///
/// A child that dies is restarted at once, and the next time after a delay that doubles. After `Settings.crashLimit` crashes in
/// `Settings.window` it is given up, and the others run on. Children with a stage are one group: they lend each other buffers, so that
/// they all begin again when one of them dies, each stage after the one before it has started.
public struct Supervisor: ~Copyable {
  /// Largest number of children.
  public static var childLimit: Int { 62 }
  /// Largest `Settings.crashLimit`.
  public static var crashLimitLimit: Int { 8 }

  /// When a child is given up, and when it is taken for dead.
  public struct Settings: Sendable {
    /// So many crashes in `window` are too many.
    public var crashLimit = 8
    /// Time in which crashes count.
    public var window = Interval.seconds(5)
    /// Delay of the second restart in the window.
    public var delay = Interval.milliseconds(50)
    /// Beats between two signals to all children.
    public var beatsPerQuestion = 5
    /// A child that leaves so many signals without an answer is dead.
    public var silenceLimit = 2
    /// The same for a child that is still starting.
    public var startLimit = 20
    /// The defaults.
    public init() {}
  }

  /// What the caller has to do, in this order.
  public struct Actions: Equatable, Sendable {
    /// Stop these.
    public var stop = IndexSet64()
    /// Count a new epoch of each of these, which do not run.
    public var renew = IndexSet64()
    /// Note that these are given up.
    public var giveUp = IndexSet64()
    /// Let these begin.
    public var start = IndexSet64()
    /// Signal these: they look at the epochs, and answer.
    public var signal = IndexSet64()
    /// These were found not to answer.
    public var silent = IndexSet64()
    /// Nothing to do.
    public init() {}
  }

  private enum State: Equatable {
    case starting, running, stopped, givenUp
    /// Begins at the next beat after this time.
    case waiting(Instant)
  }

  private struct Child {
    var stage = 0
    var priority = 0
    var answers = false
    var isPassive = false
    var state = State.starting
    // Times of the last crashes, and how many there were in all.
    var crashes = InlineArray<8, Instant>(repeating: .start)
    var crashCount = 0
    var silence = 0
  }

  private let settings: Settings
  private var children = InlineArray<62, Child>(repeating: Child())
  private var count = 0
  // Children that were signalled and have not answered.
  private var asked = IndexSet64()
  private var beats = 0
  // The stage of the group that is starting; nil if the group runs or waits.
  private var stage: Int?
  // When the group begins again; nil if it runs or starts.
  private var groupStart: Instant?

  /// A supervisor without children.
  public init(_ settings: Settings) { self.settings = settings }

  /// Adds the next child, which is starting; does nothing if there are too many.
  public mutating func add(stage: Int, priority: Int, answers: Bool, isPassive: Bool) {
    guard count < Self.childLimit else { return }
    children[count].stage = stage
    children[count].priority = priority
    children[count].answers = answers
    children[count].isPassive = isPassive
    count &+= 1
  }

  // MARK: Events

  /// A child has faulted.
  public mutating func died(_ child: Int, now: Instant) -> Actions {
    guard child >= 0, child < count else { return Actions() }
    var actions = Actions()
    bury(child, now, &actions)
    return actions
  }

  /// These children have answered, or have started.
  public mutating func answered(_ set: IndexSet64, now: Instant) -> Actions {
    var rest = set
    while let child = rest.popFirst() {
      guard child < count else { continue }
      children[child].silence = 0
      asked.remove(child)
      if children[child].state == .starting { children[child].state = .running }
    }
    var actions = Actions()
    advanceGroup(&actions)
    return actions
  }

  /// A beat has come: begins what was delayed, and asks all children from time to time whether they still wait for events.
  public mutating func beat(now: Instant) -> Actions {
    var actions = Actions()
    for child in 0..<count {
      if case .waiting(let start) = children[child].state, start <= now { begin(child, &actions) }
    }
    if let start = groupStart, start <= now { beginGroup(&actions) }
    beats &+= 1
    if beats >= settings.beatsPerQuestion {
      beats = 0
      ask(now, &actions)
    }
    return actions
  }

  // MARK: Crashes

  private mutating func bury(_ child: Int, _ now: Instant, _ actions: inout Actions) {
    let limit = min(max(settings.crashLimit, 1), Self.crashLimitLimit)
    children[child].crashes[children[child].crashCount & 7] = now
    children[child].crashCount &+= 1
    let recent = recentCrashes(of: child, now)
    let isLast = recent >= limit
    if isLast { giveUp(child, &actions) }
    let delay =
      isLast || recent < 2 ? Interval.zero : UInt64(1) << UInt64(recent - 2) * settings.delay
    guard children[child].stage > 0 else {
      if isLast { return }
      children[child].state = .waiting(now + delay)
      if delay == .zero { begin(child, &actions) }
      return
    }
    stopGroup(&actions)
    groupStart = now + delay
    if delay == .zero { beginGroup(&actions) }
  }

  private mutating func recentCrashes(of child: Int, _ now: Instant) -> Int {
    var recent = 0
    for index in 0..<min(children[child].crashCount, 8)
    where now - children[child].crashes[index] < settings.window { recent &+= 1 }
    return recent
  }

  /// A passive child begins once more, so that it can refuse the call that it died in, and later ones: its callers would wait forever.
  private mutating func giveUp(_ child: Int, _ actions: inout Actions) {
    children[child].state = .givenUp
    asked.remove(child)
    actions.giveUp.insert(child)
    if children[child].isPassive {
      actions.renew.insert(child)
      actions.start.insert(child)
    }
  }

  private mutating func begin(_ child: Int, _ actions: inout Actions) {
    children[child].state = .starting
    children[child].silence = 0
    actions.renew.insert(child)
    actions.start.insert(child)
    actions.signal = actions.signal.union(others())
  }

  // MARK: The group

  private mutating func stopGroup(_ actions: inout Actions) {
    stage = nil
    for child in 0..<count where children[child].stage > 0 && children[child].state != .givenUp {
      children[child].state = .stopped
      asked.remove(child)
      actions.stop.insert(child)
    }
  }

  /// All epochs change before the first member runs, so that no peer takes an old epoch for the new one.
  private mutating func beginGroup(_ actions: inout Actions) {
    groupStart = nil
    for child in 0..<count where children[child].stage > 0 && children[child].state != .givenUp {
      actions.renew.insert(child)
    }
    stage = 0
    advanceGroup(&actions)
    actions.signal = actions.signal.union(others())
  }

  /// Starts the next stage if the current one has started.
  private mutating func advanceGroup(_ actions: inout Actions) {
    guard let current = stage else { return }
    var next = Int.max
    for child in 0..<count where children[child].stage > 0 {
      if children[child].stage == current, children[child].state == .starting { return }
      if children[child].stage > current, children[child].state == .stopped {
        next = min(next, children[child].stage)
      }
    }
    if next == .max { return stage = nil }
    stage = next
    for child in 0..<count
    where children[child].stage == next && children[child].state == .stopped {
      children[child].state = .starting
      children[child].silence = 0
      actions.start.insert(child)
    }
  }

  // MARK: Silence

  /// The children that run.
  private mutating func others() -> IndexSet64 {
    var set = IndexSet64()
    for child in 0..<count where children[child].answers && children[child].state == .running {
      set.insert(child)
    }
    return set
  }

  /// A child that does not wait for events keeps those of lower priority from running, and those whose calls it would have to answer.
  /// So only the most urgent silent ones are dead, and the others get another chance.
  private mutating func ask(_ now: Instant, _ actions: inout Actions) {
    var silent = IndexSet64()
    var most = -1
    for child in 0..<count where asked.contains(child) {
      children[child].silence &+= 1
      let isStarting = children[child].state == .starting
      if children[child].silence >= (isStarting ? settings.startLimit : settings.silenceLimit) {
        silent.insert(child)
        most = max(most, children[child].priority)
      }
    }
    var rest = silent
    while let child = rest.popFirst() {
      if children[child].priority < most {
        children[child].silence = 0
        continue
      }
      // It may have been stopped with its group meanwhile.
      guard children[child].state == .running || children[child].state == .starting else {
        continue
      }
      actions.silent.insert(child)
      actions.stop.insert(child)
      bury(child, now, &actions)
    }
    asked = IndexSet64()
    for child in 0..<count where children[child].answers {
      if children[child].state == .running || children[child].state == .starting {
        asked.insert(child)
      }
    }
    actions.signal = actions.signal.union(asked)
  }
}
