// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A fault to be caused in a protection domain, for testing the domains that depend on it.
public struct InjectedFault: Hashable, Sendable {
  /// The protection domain's name.
  public var domain: String
  /// Nanoseconds of virtual time.
  public var time: UInt64

  /// - Parameters:
  ///   - domain: the protection domain's name.
  ///   - time: nanoseconds of virtual time.
  public init(domain: String, time: UInt64) {
    self.domain = domain
    self.time = time
  }
}

/// Causes faults at their times. No board has such a device; being one lets it take part in the
/// kernel's events.
final class FaultInjector: Device {
  let name = "fault injector"
  private var waiting: [InjectedFault]
  private let inject: (String) -> Void

  /// - Parameter inject: receives the name of the domain that faults now.
  init(_ faults: [InjectedFault], inject: @escaping (String) -> Void) {
    waiting = faults.sorted { $0.time < $1.time }
    self.inject = inject
  }

  var nextEvent: UInt64? { waiting.first?.time }

  func advance(to now: UInt64) {
    while let fault = waiting.first, fault.time <= now {
      waiting.removeFirst()
      inject(fault.domain)
    }
  }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 { 0 }
  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {}
}

extension Kernel {
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
