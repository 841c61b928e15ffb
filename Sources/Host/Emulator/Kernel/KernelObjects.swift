// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel

/// A notification object (seL4 manual, chapter 5). Each protection domain has one.
final class Notification {
  /// The badges signalled since the last receive, combined by OR; nil if there were none.
  var pending: UInt64?
  /// The thread that receives it also while it waits on its endpoint. Microkit always binds one.
  unowned(unsafe) var bound: Thread?
  /// A passive domain's scheduling context, kept here while the domain is blocked.
  var context: SchedulingContext?
}

/// An endpoint (seL4 manual, 4.2): where protected calls and faults arrive.
final class Endpoint {
  /// Threads blocked sending, the most urgent first, first-in first-out among equals.
  var senders: [Thread] = []
  /// The thread that waits to receive; only the endpoint's owner can.
  unowned(unsafe) var receiver: Thread?
}

/// A reply object: holds a caller until it is replied to.
final class Reply {
  /// The thread that waits for the reply; nil if there is none.
  unowned(unsafe) var caller: Thread?
  /// The scheduling context that the caller lent, returned with the reply.
  var lent: SchedulingContext?
}

/// An interrupt's state in the GIC and the kernel, for its handler.
final class InterruptLine {
  let number: IRQNumber
  let trigger: Interrupt.Trigger
  let notification: Notification
  let badge: UInt64
  /// The handling protection domain's name.
  let owner: String
  /// The level that the device last drove.
  var isHigh = false
  /// Delivered and not yet acknowledged.
  var isMasked = false
  /// Edge-triggered: an edge came while masked. Level-triggered: the line is high.
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

/// The contents of a slot of a protection domain's capability space.
enum Capability {
  case null
  case notification(Notification, badge: UInt64)
  case endpoint(Endpoint, badge: UInt64)
  /// The endpoint of the monitor, which is not a thread here: see Monitor.swift.
  case monitor(badge: UInt64)
  case reply(Reply)
  case interrupt(InterruptLine)
  case thread(Thread)
  /// A capability whose invocations are not modelled: address spaces, secure monitor calls.
  case other
}
