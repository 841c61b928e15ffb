// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// What holds whenever no engine runs. Tests check it between any two slices.
extension Kernel {
  /// Nil, or what is wrong with the kernel's objects and the models of the devices.
  func checkInvariants() -> String? {
    if running != nil { return "an engine is running" }
    if chargedUntil > now { return "time is charged until \(chargedUntil), and it is \(now)" }
    if let sleeper, sleeper !== current { return "'\(sleeper.name)' sleeps without being current" }
    if let problem = queues.checkInvariants(threads) { return problem }
    for thread in threads {
      let problem = checkQueues(of: thread) ?? checkContexts(of: thread) ?? checkIPC(of: thread)
      if let problem { return "'\(thread.name)': \(problem)" }
    }
    for device in devices {
      if let problem = device.checkInvariants() { return "\(device.name): \(problem)" }
    }
    return nil
  }

  /// A thread that could run is in exactly one place.
  private func checkQueues(of thread: Thread) -> String? {
    var places: [String] = []
    if current === thread { places.append("current") }
    if thread.isQueued { places.append("ready queue") }
    if case .switchTo(let other) = decision, other === thread { places.append("decision") }
    for other in waitingForBudget where other === thread { places.append("release queue") }
    if places.count > 1 { return "is in several places: \(places.joined(separator: ", "))" }
    return thread.isSchedulable && places.isEmpty ? "could run and is in no queue" : nil
  }

  private func checkContexts(of thread: Thread) -> String? {
    if let context = thread.context, context.thread !== thread {
      return "runs on a context of '\(context.thread?.name ?? "no thread")'"
    }
    if let other = thread.ownContext.thread, other.context !== thread.ownContext {
      return "its context is bound to '\(other.name)', which runs on another"
    }
    return thread.ownContext.checkInvariants()
  }

  private func checkIPC(of thread: Thread) -> String? {
    let endpoint = thread.endpoint
    if let receiver = endpoint.receiver {
      guard case .receiving(let other?, _) = receiver.state, other === endpoint else {
        return "its endpoint's receiver '\(receiver.name)' is not receiving from it"
      }
      if !endpoint.senders.isEmpty { return "its endpoint has a receiver and senders" }
    }
    for sender in endpoint.senders {
      guard case .sending(let other, _, _, _) = sender.state, other === endpoint else {
        return "its endpoint's sender '\(sender.name)' is not sending to it"
      }
    }
    for (one, next) in zip(endpoint.senders, endpoint.senders.dropFirst())
    where one.priority < next.priority {
      return "'\(next.name)' waits behind '\(one.name)', which is less urgent"
    }
    if let caller = thread.reply.caller {
      guard case .awaitingReply(let other, _) = caller.state, other === thread.reply else {
        return "its reply object holds '\(caller.name)', which is not waiting for it"
      }
    }
    if thread.notification.pending != nil, case .receiving = thread.state {
      return "is receiving while a notification is pending"
    }
    return nil
  }
}
