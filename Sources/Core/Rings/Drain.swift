// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Whether the next step of a piece of work can be done now.
public enum WorkState: Equatable, Sendable {
  /// Everything that a step needs is there.
  case ready
  /// There is no work. The peer that brings work notifies us without being asked.
  case idle
  /// There is work, but it needs a peer that notifies only on request.
  case waiting
}

/// Work in steps, done until a step has to wait for a peer.
///
/// `drain` owns the order that makes waiting safe: request a signal, check once more, and cancel the
/// request if the check finds work. Without the second check a peer that acts between the first check
/// and the request sends no signal, and we sleep forever (Tests/Models/signalling.pml). Where all
/// conditions concern one queue, `RingConsumer.requestSignalIfEmpty` is the same order in one call.
public protocol Drain: ~Copyable {
  /// Checks every condition of a step, including room in a second queue that it writes to.
  mutating func checkWork() throws(PeerFault) -> WorkState
  /// Does one step. Called only after `checkWork` returned `.ready`.
  mutating func performStep() throws(PeerFault)
  /// Requests a signal from the peer that `checkWork` waits for.
  mutating func requestSignal()
  /// Withdraws that request.
  mutating func cancelSignal()
}

extension Drain where Self: ~Copyable {
  /// Does every step that can be done now. After it returns, any change brings a notification.
  public mutating func drain() throws(PeerFault) {
    while true {
      switch try checkWork() {
      case .ready:
        try performStep()
      case .idle:
        return
      case .waiting:
        requestSignal()
        guard try checkWork() == .ready else { return }
        cancelSignal()
      }
    }
  }
}
