// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What one look at everything that a piece of work needs has shown.
public enum Outlook: Equatable, Sendable {
  /// A step can be done.
  case ready
  /// Nothing to do, and whoever brings work wakes us without being asked.
  case idle
  /// A step has to wait for a peer that only notifies on request.
  case waiting
}

/// Work that goes on until a peer has to be waited for. `drain` owns the order that makes waiting
/// safe: ask first, then look again, and take the request back if there is something to do after
/// all. Asking without looking again sleeps for ever if the peer acted in between
/// (Tests/Models/signalling.pml shows it).
public protocol Drain: ~Copyable {
  /// Looks at all conditions, also those of a second queue that a step needs room in.
  mutating func look() throws(PeerFault) -> Outlook
  /// One step; called after `look` said that it can be done.
  mutating func step() throws(PeerFault)
  /// Asks the peer that `look` waits for.
  mutating func requestSignal()
  mutating func cancelSignal()
}

extension Drain where Self: ~Copyable {
  /// Works until nothing is left to do now. On return a notification will come if anything changes.
  public mutating func drain() throws(PeerFault) {
    while true {
      switch try look() {
      case .ready:
        try step()
      case .idle:
        return
      case .waiting:
        requestSignal()
        guard try look() == .ready else { return }
        cancelSignal()
      }
    }
  }
}
