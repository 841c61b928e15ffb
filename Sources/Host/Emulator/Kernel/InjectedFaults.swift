// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A fault that a protection domain shall have, for testing who depends on it.
public struct InjectedFault: Hashable, Sendable {
  public var domain: String
  /// Nanoseconds of virtual time.
  public var time: UInt64

  public init(domain: String, time: UInt64) {
    self.domain = domain
    self.time = time
  }
}

/// Waits for the times of faults. Not a device of any board, but the same to the clock.
final class FaultInjector: Device {
  let name = "fault injector"
  private var waiting: [InjectedFault]
  private let strike: (String) -> Void

  init(_ faults: [InjectedFault], strike: @escaping (String) -> Void) {
    waiting = faults.sorted { $0.time < $1.time }
    self.strike = strike
  }

  var nextEvent: UInt64? { waiting.first?.time }

  func advance(to now: UInt64) {
    while let fault = waiting.first, fault.time <= now {
      waiting.removeFirst()
      strike(fault.domain)
    }
  }

  func read(_ offset: UInt64, size: Int, now: UInt64) -> UInt64 { 0 }
  func write(_ offset: UInt64, _ value: UInt64, size: Int, now: UInt64) {}
}

extension Kernel {
  /// The domain faults where it stands, as if it had read address 0; what it waits for, it waits for
  /// again if its handler lets it go on.
  func injectFault(into name: String) {
    guard let thread = threads.first(where: { $0.name == name }) else { return }
    switch thread.state {
    case .inactive: return
    case .ready: break
    case .receiving, .sending, .awaitingReply:
      cancel(thread)
      thread.processor.pc &-= 4
    }
    report("'\(name)' is given a fault")
    if current === thread { charge() }
    // Data abort, translation fault, level 1.
    send(
      .memory(pc: thread.processor.pc, address: 0, isFetch: false, status: 0x9200_0005),
      of: thread)
  }
}
