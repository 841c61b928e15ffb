// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The slot for one operation that waits for the next receive: a message without words. Sending it with the
/// receive saves an entry to the kernel.
enum Deferred {
  nonisolated(unsafe) private static var capability: UInt64 = 0
  nonisolated(unsafe) private static var label: UInt64 = 0

  /// Fills the slot. An operation that was in it is sent now, so that their order is kept.
  static func set(capability: UInt64, label: UInt64 = 0) {
    flush()
    // Safety: a protection domain has one thread.
    unsafe (self.capability, self.label) = (capability, label)
  }

  /// Empties the slot, and returns the operation that was in it.
  static func removePending() -> (capability: UInt64, label: UInt64)? {
    // Safety: as for set.
    let pending = unsafe (capability, label)
    unsafe capability = 0
    return pending.0 == 0 ? nil : pending
  }

  /// Sends the operation in the slot now.
  static func flush() {
    if let (capability, label) = removePending() { Kernel.send(to: capability, label: label) }
  }
}

extension Channel {
  /// Signals the peer with the next receive, or as soon as another operation is deferred.
  public func notifyDeferred() {
    if isValid { Deferred.set(capability: notification) }
  }

  /// Acknowledges the interrupt with the next receive, or as soon as another operation is deferred.
  public func acknowledgeDeferred() {
    guard isValid else { return }
    Deferred.set(capability: interruptHandler, label: ABI.interruptAcknowledge)
  }
}
