// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

#if !hasFeature(Embedded)
  // For tests: each `checkInvariants` returns nil, or what is wrong. Call it after each step.

  extension HTTPServer {
    /// Checks slots, counts, deadlines, and each connection.
    public func checkInvariants() -> String? {
      let used = slots.indices.filter { slots[$0] != nil }
      guard connectionCount == used.count else {
        return "connectionCount is \(connectionCount), but \(used.count) slots are in use"
      }
      var isFree = [Bool](repeating: false, count: slots.count)
      for index in freeSlots {
        guard slots.indices.contains(index), slots[index] == nil, !isFree[index] else {
          return "free slot \(index) is in use, or free twice"
        }
        isFree[index] = true
      }
      guard freeSlots.count + used.count == slots.count else {
        return "\(freeSlots.count) free and \(used.count) used of \(slots.count) slots"
      }
      let held = used.reduce(0) { $0 + (slots[$1]?.held ?? 0) }
      guard heldByteCount == held else { return "heldByteCount is \(heldByteCount), not \(held)" }
      guard heldByteCount <= settings.memoryBound else {
        return "\(heldByteCount) bytes are held, but the bound is \(settings.memoryBound)"
      }
      for index in used {
        guard let slot = slots[index] else { continue }
        if let fault = slot.checkInvariants() { return "connection \(index): \(fault)" }
        guard nextDeadline <= deadline(of: slot) else {
          return "connection \(index) is due at \(deadline(of: slot)), before \(nextDeadline)"
        }
      }
      return nil
    }
  }

  extension ConnectionSlot {
    func checkInvariants() -> String? {
      guard held == connection.heldByteCount + headByteCount else {
        return "\(held) bytes counted, \(connection.heldByteCount) + \(headByteCount) held"
      }
      switch (work, connection.phase) {
      case (.awaitingRequest, .exchange): return "a request that is not being answered"
      case (.awaitingRequest, _), (_, .exchange): break
      default: return "an answer in phase \(connection.phase)"
      }
      return connection.checkInvariants()
    }
  }

  extension ServerConnection {
    /// Checks that phase, framing, input and output go together and are within their limits.
    public func checkInvariants() -> String? {
      if let fault = input.checkInvariants() { return "input: \(fault)" }
      if let fault = output.checkInvariants() { return "output: \(fault)" }
      guard input.count <= limits.headBytes else { return "\(input.count) bytes of input" }
      guard heldByteCount <= limits.memoryBound else { return "\(heldByteCount) bytes are held" }
      switch phase {
      case .head: if framing != .notBegun { return "framing \(framing) between requests" }
      case .exchange: if framing == .complete { return "a complete answer that was not finished" }
      case .discarding: if framing != .complete { return "body discarded in framing \(framing)" }
      case .closing: if !input.isEmpty { return "\(input.count) bytes of input while closing" }
      case .closed, .aborted:
        if !input.isEmpty || !output.isEmpty { return "input or output in phase \(phase)" }
      }
      if directIsBlocked, phase == .head || phase == .discarding {
        return "a direct write is blocked in phase \(phase)"
      }
      return nil
    }
  }

  extension ByteQueue {
    func checkInvariants() -> String? {
      guard start >= 0, start < bytes.count || start == 0 && bytes.isEmpty else {
        return "starts at \(start) of \(bytes.count)"
      }
      guard !isEmpty || capacity <= 512 else { return "empty, with \(capacity) bytes of memory" }
      return nil
    }
  }
#endif
