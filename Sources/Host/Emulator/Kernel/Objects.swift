// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// Where a protection domain is notified: bits that gather until it looks.
final class Notification {
  /// Badges that came since it was last received from; nil if none did.
  var pending: UInt64?
  /// The thread that gets it also while it waits on its endpoint. Microkit always binds one.
  unowned(unsafe) var bound: Thread?
  /// The time of a passive protection domain, kept here while it does not run.
  var context: SchedulingContext?
}

/// Where protected calls and faults arrive.
final class Endpoint {
  /// Threads that wait to send, first come first served.
  var senders: [Thread] = []
  /// The thread that waits to receive. A Microkit endpoint has one owner.
  unowned(unsafe) var receiver: Thread?
}

/// The right to answer one call.
final class Reply {
  unowned(unsafe) var caller: Thread?
  /// Time that the caller lent, which goes back with the answer.
  var lent: SchedulingContext?
}

/// An interrupt line, as the kernel keeps it for its handler.
final class InterruptLine {
  let number: IRQNumber
  let trigger: Interrupt.Trigger
  let notification: Notification
  let badge: UInt64
  let owner: String
  /// As the device last drove it.
  var isHigh = false
  /// Delivered and not yet acknowledged.
  var isMasked = false
  /// Edge: came while masked. Level: the line is high.
  var isPending = false

  init(
    _ number: IRQNumber, _ trigger: Interrupt.Trigger, to notification: Notification,
    badge: UInt64, owner: String
  ) {
    self.number = number
    self.trigger = trigger
    self.notification = notification
    self.badge = badge
    self.owner = owner
  }
}

/// What a slot of a protection domain's capability space holds.
enum Capability {
  case null
  case notification(Notification, badge: UInt64)
  case endpoint(Endpoint, badge: UInt64)
  /// To the monitor, which is not emulated but played.
  case monitor(badge: UInt64)
  case reply(Reply)
  case interrupt(InterruptLine)
  case thread(Thread)
  /// There, but nothing that the emulator does anything with: the address space, secure monitor calls.
  case other
}
