// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Messages and notifications (seL4 MCS: endpoint.c, notification.c, reply.c).
extension Kernel {
  // MARK: Sending

  func send(
    _ sender: Thread, to endpoint: Endpoint, badge: UInt64, isBlocking: Bool, isCall: Bool,
    fault: Fault?
  ) {
    guard let receiver = endpoint.receiver, case .receiving(_, let reply) = receiver.state else {
      if isBlocking {
        sender.state = .sending(endpoint, badge: badge, isCall: isCall, fault: fault)
        let place = endpoint.senders.firstIndex { $0.priority < sender.priority }
        endpoint.senders.insert(sender, at: place ?? endpoint.senders.endIndex)
      }
      return
    }
    endpoint.receiver = nil
    deliver(from: sender, badge: badge, fault: fault, to: receiver)
    if isCall || fault != nil { expectAnswer(reply, sender, from: receiver, fault: fault) }
    receiver.state = .ready
    wake(receiver)
  }

  /// The sender waits for an answer; a receiver without time of its own gets the sender's.
  private func expectAnswer(_ reply: Reply?, _ sender: Thread, from receiver: Thread, fault: Fault?)
  {
    guard let reply else {
      sender.state = .inactive
      return
    }
    reply.caller = sender
    sender.state = .awaitingReply(reply, fault: fault)
    if receiver.context == nil, let context = sender.context {
      charge()
      sender.context = nil
      give(context, to: receiver)
      reply.lent = context
    }
  }

  private func give(_ context: SchedulingContext, to thread: Thread) {
    context.thread = thread
    thread.context = context
  }

  private func deliver(from sender: Thread, badge: UInt64, fault: Fault?, to receiver: Thread) {
    receiver[x: 0] = badge
    if let fault {
      let words = message(of: fault, in: sender)
      for (index, word) in words.enumerated() { receiver[message: index] = word }
      receiver[x: 1] = MessageInfo(label: fault.label, length: words.count).rawValue
    } else {
      copyMessage(from: sender, to: receiver)
      trace?.recordCall(from: sender, to: receiver, badge: badge, at: now)
    }
  }

  private func copyMessage(from sender: Thread, to receiver: Thread) {
    let info = MessageInfo(rawValue: sender[x: 1]).received
    for index in 0..<info.length { receiver[message: index] = sender[message: index] }
    receiver[x: 1] = info.rawValue
  }

  // MARK: Receiving

  func receive(_ thread: Thread, from endpoint: Endpoint, _ reply: Reply?, isBlocking: Bool) {
    // A call that was never answered cannot be any more.
    if let reply, let caller = reply.caller, caller !== thread {
      cancel(caller)
      caller.state = .inactive
    }
    if take(thread.notification, thread) { return }
    if isBlocking { returnContext(of: thread) }
    guard !endpoint.senders.isEmpty else {
      if isBlocking {
        endpoint.receiver = thread
        thread.state = .receiving(endpoint, reply)
      } else {
        thread[x: 0] = 0
      }
      return
    }
    let sender = endpoint.senders.removeFirst()
    guard case .sending(_, let badge, let isCall, let fault) = sender.state else { return }
    deliver(from: sender, badge: badge, fault: fault, to: thread)
    if isCall || fault != nil {
      expectAnswer(reply, sender, from: thread, fault: fault)
    } else {
      sender.state = .ready
      wake(sender)
    }
  }

  /// Waits on the notification alone.
  func wait(_ thread: Thread, isBlocking: Bool) {
    if take(thread.notification, thread) { return }
    guard isBlocking else {
      thread[x: 0] = 0
      return
    }
    returnContext(of: thread)
    thread.state = .receiving(nil, nil)
  }

  private func take(_ notification: Notification, _ thread: Thread) -> Bool {
    guard let badge = notification.pending else { return false }
    notification.pending = nil
    thread.statistics.notificationsReceived += 1
    thread[x: 0] = badge
    lendContext(of: notification, to: thread)
    return true
  }

  // MARK: Answering

  func answer(_ thread: Thread, reply slot: UInt64) {
    guard case .reply(let reply) = capability(of: thread, at: slot) else { return }
    guard let caller = reply.caller, case .awaitingReply(_, let fault) = caller.state else {
      return
    }
    reply.caller = nil
    if let context = reply.lent {
      charge()
      reply.lent = nil
      if thread.context === context { thread.context = nil }
      give(context, to: caller)
    }
    if let fault {
      finish(fault, of: caller, answeredBy: thread)
    } else {
      copyMessage(from: thread, to: caller)
      caller[x: 0] = 0
      caller.state = .ready
      trace?.recordReply(by: thread, to: caller, at: now)
    }
    if caller.isReady { wake(caller) }
  }

  // MARK: Notifications

  func signal(_ notification: Notification, badge: UInt64) {
    if notification.pending == nil, let thread = notification.bound,
      case .receiving(let endpoint, _) = thread.state
    {
      endpoint?.receiver = nil
      thread.state = .ready
      thread[x: 0] = badge
      thread.statistics.notificationsReceived += 1
      lendContext(of: notification, to: thread)
      wake(thread)
    } else {
      notification.pending = (notification.pending ?? 0) | badge
    }
  }

  /// A passive thread that is notified runs on the time that its notification keeps.
  private func lendContext(of notification: Notification, to thread: Thread) {
    guard thread.context == nil, let context = notification.context, context.thread == nil else {
      return
    }
    charge()
    give(context, to: thread)
  }

  /// A passive thread that waits gives that time back, to be able to run on a caller's.
  private func returnContext(of thread: Thread) {
    guard let context = thread.notification.context, thread.context === context else { return }
    charge()
    thread.context = nil
    context.thread = nil
  }

  // MARK: Stopping

  /// Ends whatever the thread waits for.
  func cancel(_ thread: Thread) {
    switch thread.state {
    case .receiving(let endpoint, _): endpoint?.receiver = nil
    case .sending(let endpoint, _, _, _): endpoint.senders.removeAll { $0 === thread }
    case .awaitingReply(let reply, _): reply.caller = nil
    case .ready, .inactive: break
    }
  }
}
