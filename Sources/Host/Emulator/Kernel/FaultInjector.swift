// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Something that is done to a protection domain, for testing the domains that depend on it.
public struct InjectedFault: Hashable, Sendable {
  /// What happens to the domain.
  public enum Kind: Hashable, Sendable {
    /// It faults where it is, even if it waits.
    case fault
    /// It faults at a random instruction among those that it executes next. A domain that waits cannot die before it runs.
    case kill
    /// It neither waits nor does anything from now on.
    case hang
  }

  /// The protection domain's name.
  public var domain: String
  /// Nanoseconds of virtual time.
  public var time: UInt64
  /// What happens.
  public var kind: Kind
  /// Nanoseconds after which it happens again; nil for once.
  public var period: UInt64?

  /// - Parameters:
  ///   - domain: the protection domain's name.
  ///   - time: nanoseconds of virtual time.
  public init(domain: String, time: UInt64, kind: Kind = .fault, period: UInt64? = nil) {
    self.domain = domain
    self.time = time
    self.kind = kind
    self.period = period
  }
}

/// Causes faults at their times. No board has such a device; being one lets it take part in the
/// kernel's events.
final class FaultInjector: Device {
  let name = "fault injector"
  // The earliest first.
  private var waiting: [InjectedFault]
  private let inject: (InjectedFault) -> Void

  /// - Parameter inject: receives each fault when it is due.
  init(_ faults: [InjectedFault], inject: @escaping (InjectedFault) -> Void) {
    waiting = faults.sorted { $0.time < $1.time }
    self.inject = inject
  }

  var nextEvent: UInt64? { waiting.first?.time }

  func advance(to now: UInt64) {
    while let fault = waiting.first, fault.time <= now {
      waiting.removeFirst()
      inject(fault)
      guard let period = fault.period, period > 0 else { continue }
      var next = fault
      next.time = fault.time &+ period
      let place = waiting.firstIndex { $0.time > next.time }
      waiting.insert(next, at: place ?? waiting.endIndex)
    }
  }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 { 0 }
  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {}
}

extension Kernel {
  /// Does to the domain what is due now.
  func inject(_ fault: InjectedFault) {
    switch fault.kind {
    case .fault: injectFault(into: fault.domain)
    case .kill:
      guard let thread = threads.first(where: { $0.name == fault.domain }) else { return }
      // Short lives are as likely as long ones, for domains that need few instructions for an event.
      let life = UInt64(killChoices.next()) % (Self.longestLife >> UInt64(killChoices.next() % 9))
      thread.death = thread.processor.slice.pointee.instructions &+ life
      // A slice that is running ends early, and the next one is short enough.
      if running === thread.processor { running?.stop() }
    case .hang:
      guard let thread = threads.first(where: { $0.name == fault.domain }) else { return }
      report("'\(thread.name)' hangs")
      thread.isHung = true
      if current === thread { running?.stop() }
    }
  }

  /// A domain that is killed executes fewer instructions of its own than this: more than most of them need for an event.
  private static var longestLife: UInt64 { 8192 }

  /// Instructions that the thread may execute before it must die; nil if it need not.
  func life(of thread: Thread) -> Int64? {
    guard let death = thread.death else { return nil }
    let executed = thread.processor.slice.pointee.instructions
    return death > executed ? Int64(clamping: death - executed) : 0
  }

  /// Kills the thread if it has executed its last instruction, and runs. The engine stops between blocks, so a few more instructions
  /// are executed one by one.
  func killIfDue(_ thread: Thread) {
    guard life(of: thread) == 0, thread.isReady, current === thread else { return }
    let count = Int64(killChoices.next() % 8)
    if count > 0, !advance(thread, by: count) { return }
    thread.death = nil
    report("'\(thread.name)' is killed at \(describe(thread.processor.pc, in: thread))")
    chargeBudget()
    send(
      .memory(pc: thread.processor.pc, address: 0, isFetch: false, status: 0x9200_0005),
      of: thread)
  }

  /// Makes the domain fault where it is, as if it had read address 0. A blocked domain repeats its
  /// system call if the handler resumes it.
  func injectFault(into name: String) {
    guard let thread = threads.first(where: { $0.name == name }) else { return }
    switch thread.state {
    case .inactive: return
    case .ready: break
    case .receiving, .sending, .awaitingReply:
      cancelIPC(thread)
      thread.processor.pc &-= 4
    }
    report("'\(name)' is given a fault")
    if current === thread { chargeBudget() }
    // Data abort from a lower exception level, translation fault, level 1.
    send(
      .memory(pc: thread.processor.pc, address: 0, isFetch: false, status: 0x9200_0005),
      of: thread)
  }
}
