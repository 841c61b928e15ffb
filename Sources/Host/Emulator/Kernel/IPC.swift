// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Endpoints, notifications and replies, as seL4's MCS kernel implements them in endpoint.c,
// notification.c and reply.c (manual, chapters 4 "Message Passing (IPC)" and 5 "Notifications").
extension Kernel {
  // MARK: Sending

  /// Delivers a message or fault, or queues the sender until the endpoint's owner receives.
  ///
  /// - Parameter fault: the fault that the kernel reports on behalf of `sender`; nil for a message.
  func send(
    _ sender: Thread, to endpoint: Endpoint, badge: UInt64, isBlocking: Bool, isCall: Bool,
    fault: ThreadFault?
  ) {
    guard let receiver = endpoint.receiver, case .receiving(_, let reply) = receiver.state else {
      if isBlocking {
        sender.state = .sending(endpoint, badge: badge, isCall: isCall, fault: fault)
        // By priority, and first-in first-out among equals.
        let place = endpoint.senders.firstIndex { $0.priority < sender.priority }
        endpoint.senders.insert(sender, at: place ?? endpoint.senders.endIndex)
      }
      return
    }
    endpoint.receiver = nil
    deliver(from: sender, badge: badge, fault: fault, to: receiver)
    if isCall || fault != nil { awaitReply(reply, sender, from: receiver, fault: fault) }
    receiver.state = .ready
    wake(receiver)
  }

  /// Blocks the sender on the reply object. A passive receiver borrows the sender's scheduling context
  /// until it replies (manual, 6.1.9 "Scheduling Context Donation").
  private func awaitReply(
    _ reply: Reply?, _ sender: Thread, from receiver: Thread, fault: ThreadFault?
  ) {
    guard let reply else {
      sender.state = .inactive
      return
    }
    reply.caller = sender
    sender.state = .awaitingReply(reply, fault: fault)
    if receiver.context == nil, let context = sender.context {
      chargeBudget()
      sender.context = nil
      donate(context, to: receiver)
      reply.lent = context
    }
  }

  private func donate(_ context: SchedulingContext, to thread: Thread) {
    context.thread = thread
    thread.context = context
  }

  private func deliver(
    from sender: Thread, badge: UInt64, fault: ThreadFault?, to receiver: Thread
  ) {
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

  /// Receives a notification if one is pending, else the most urgent queued message, else blocks.
  func receive(_ thread: Thread, from endpoint: Endpoint, _ reply: Reply?, isBlocking: Bool) {
    // Receiving with a reply object that still holds a caller discards that call.
    if let reply, let caller = reply.caller, caller !== thread {
      cancelIPC(caller)
      caller.state = .inactive
    }
    if receivePending(thread.notification, thread) { return }
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
      awaitReply(reply, sender, from: thread, fault: fault)
    } else {
      sender.state = .ready
      wake(sender)
    }
  }

  /// Receives from the notification alone.
  func wait(_ thread: Thread, isBlocking: Bool) {
    if receivePending(thread.notification, thread) { return }
    guard isBlocking else {
      thread[x: 0] = 0
      return
    }
    returnContext(of: thread)
    thread.state = .receiving(nil, nil)
  }

  /// Hands over the pending badge, if there is one. The bound notification comes before messages
  /// (manual, 5.3 "Binding Notifications").
  private func receivePending(_ notification: Notification, _ thread: Thread) -> Bool {
    guard let badge = notification.pending else { return false }
    notification.pending = nil
    thread.statistics.notificationsReceived += 1
    thread[x: 0] = badge
    donateContext(of: notification, to: thread)
    return true
  }

  // MARK: Replying

  /// Replies to the caller, if any, that the reply object in `slot` holds, and returns a borrowed
  /// scheduling context.
  func sendReply(_ thread: Thread, reply slot: UInt64) {
    guard case .reply(let reply) = capability(of: thread, at: slot) else { return }
    guard let caller = reply.caller, case .awaitingReply(_, let fault) = caller.state else {
      return
    }
    reply.caller = nil
    if let context = reply.lent {
      chargeBudget()
      reply.lent = nil
      if thread.context === context { thread.context = nil }
      donate(context, to: caller)
    }
    if let fault {
      handleFaultReply(fault, of: caller, from: thread)
    } else {
      copyMessage(from: thread, to: caller)
      caller[x: 0] = 0
      caller.state = .ready
      trace?.recordReply(by: thread, to: caller, at: now)
    }
    if caller.isReady { wake(caller) }
  }

  // MARK: Notifications

  /// Hands the badge to the bound thread if it is receiving; otherwise adds it to those pending
  /// (manual, 5.2 "Signalling, Polling, and Waiting").
  func signal(_ notification: Notification, badge: UInt64) {
    if notification.pending == nil, let thread = notification.bound,
      case .receiving(let endpoint, _) = thread.state
    {
      endpoint?.receiver = nil
      thread.state = .ready
      thread[x: 0] = badge
      thread.statistics.notificationsReceived += 1
      donateContext(of: notification, to: thread)
      wake(thread)
    } else {
      notification.pending = (notification.pending ?? 0) | badge
    }
  }

  /// A passive thread that receives a notification runs on the scheduling context that the
  /// notification keeps (maybeDonateSchedContext).
  private func donateContext(of notification: Notification, to thread: Thread) {
    guard thread.context == nil, let context = notification.context, context.thread == nil else {
      return
    }
    chargeBudget()
    donate(context, to: thread)
  }

  /// A passive thread that blocks returns that context, and can borrow a caller's
  /// (maybeReturnSchedContext).
  private func returnContext(of thread: Thread) {
    guard let context = thread.notification.context, thread.context === context else { return }
    chargeBudget()
    thread.context = nil
    context.thread = nil
  }

  // MARK: Cancelling

  /// Ends what the thread is blocked on (cancelIPC). The caller sets its new state.
  func cancelIPC(_ thread: Thread) {
    switch thread.state {
    case .receiving(let endpoint, _): endpoint?.receiver = nil
    case .sending(let endpoint, _, _, _): endpoint.senders.removeAll { $0 === thread }
    case .awaitingReply(let reply, _):
      reply.caller = nil
      // The receiver keeps the context (reply_remove_tcb): a later caller must not get it.
      reply.lent = nil
    case .ready, .inactive: break
    }
  }
}
