// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Memory for what the peers of a server have handlers hold, in bytes for all of them together. `HTTPServer` has one for
/// WebSocket connections and one for bodies.
public final class MemoryBudget {
  /// What may be held.
  public let byteCount: Int
  /// What is held.
  public private(set) var heldByteCount = 0

  /// A budget of which nothing is held.
  public init(_ byteCount: Int) { self.byteCount = byteCount }

  fileprivate func change(by count: Int) { heldByteCount += count }
}

/// What one holder has of a budget. The end of the share gives it back.
public final class MemoryShare {
  private let budget: MemoryBudget
  /// What is held, in bytes.
  public private(set) var byteCount = 0

  /// A share of nothing.
  public init(of budget: MemoryBudget) { self.budget = budget }

  deinit { budget.change(by: -byteCount) }

  /// What the holder may have altogether, in bytes: what it has, and what is left.
  public var limit: Int { max(byteCount + budget.byteCount - budget.heldByteCount, byteCount) }

  /// Sets what is held, even beyond the limit.
  public func hold(_ count: Int) {
    budget.change(by: count - byteCount)
    byteCount = count
  }
}
