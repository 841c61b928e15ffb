// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Slots of a protection domain's capability space (microkit.h; the same in all SDKs). From
/// `notifications` on, a channel's, interrupt's or child's number is added.
enum CapabilitySlot {
  static let input: UInt64 = 1
  static let faultEndpoint: UInt64 = 2
  static let addressSpace: UInt64 = 3
  static let reply: UInt64 = 4
  static let monitor: UInt64 = 5
  static let thread: UInt64 = 6
  static let secureMonitor: UInt64 = 7
  static let notifications: UInt64 = 10
  static let endpoints: UInt64 = 74
  static let interrupts: UInt64 = 138
  static let children: UInt64 = 202
}

extension Kernel {
  /// Gives each thread the capabilities of its protection domain.
  func installCapabilities(_ system: SystemDescription) {
    let byName = Dictionary(
      threads.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let called = Set(
      system.channels.flatMap { channel in
        [(channel.a, channel.b), (channel.b, channel.a)].filter(\.0.mayCall).map(\.1.domain)
      })
    for domain in system.allProtectionDomains {
      guard let thread = byName[domain.name] else { continue }
      let receivesMessages = called.contains(domain.name) || !domain.children.isEmpty
      thread.capabilities[CapabilitySlot.input] =
        receivesMessages
        ? .endpoint(thread.endpoint, badge: 0) : .notification(thread.notification, badge: 0)
      thread.capabilities[CapabilitySlot.addressSpace] = .other
      thread.capabilities[CapabilitySlot.reply] = .reply(thread.reply)
      let monitor = Capability.monitor(badge: UInt64(thread.index) + 1)
      if domain.passive { thread.capabilities[CapabilitySlot.monitor] = monitor }
      if abi.configuration == .benchmark {
        thread.capabilities[CapabilitySlot.thread] = .thread(thread)
      }
      if domain.smc { thread.capabilities[CapabilitySlot.secureMonitor] = .other }
      if case .null = thread.faultHandler { thread.faultHandler = monitor }
      for child in domain.children {
        guard let id = child.childID?.rawValue, let other = byName[child.name] else { continue }
        thread.capabilities[CapabilitySlot.children &+ id] = .thread(other)
        other.faultHandler = .endpoint(thread.endpoint, badge: 1 << 62 | id)
        if abi.sdk >= .v2_1_0 { other.capabilities[CapabilitySlot.faultEndpoint] = .other }
      }
      installInterrupts(of: domain, to: thread)
      for granted in domain.capabilities where granted.kind == .tcb {
        // In 2.3.0 the root has 64 slots, and a capability address starts with a 6-bit slot number.
        thread.capabilities[granted.slot << 58] = byName[granted.domain].map(Capability.thread)
      }
    }
    for channel in system.channels {
      connect(channel.a, channel.b, byName)
      connect(channel.b, channel.a, byName)
    }
  }

  private func installInterrupts(of domain: ProtectionDomain, to thread: Thread) {
    for interrupt in domain.interrupts {
      guard case .line(let number, let trigger) = interrupt.source else { continue }
      let id = UInt64(interrupt.id.rawValue)
      let line = InterruptLine(
        number, trigger, to: thread.notification, badge: 1 << id, owner: thread.name)
      interruptLines.append(line)
      thread.capabilities[CapabilitySlot.interrupts + id] = .interrupt(line)
    }
  }

  private func connect(
    _ end: Channel.End, _ peer: Channel.End, _ threads: [String: Thread]
  ) {
    guard let thread = threads[end.domain], let other = threads[peer.domain] else { return }
    let (id, peerID) = (UInt64(end.id.rawValue), UInt64(peer.id.rawValue))
    if end.mayNotify {
      thread.capabilities[CapabilitySlot.notifications + id] =
        .notification(other.notification, badge: 1 << peerID)
    }
    if end.mayCall {
      thread.capabilities[CapabilitySlot.endpoints + id] =
        .endpoint(other.endpoint, badge: 1 << 63 | peerID)
    }
  }
}
