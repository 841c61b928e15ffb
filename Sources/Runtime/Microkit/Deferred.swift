// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The one operation that may wait for the next receive: a message without words.
enum Deferred {
  nonisolated(unsafe) private static var capability: UInt64 = 0
  nonisolated(unsafe) private static var label: UInt64 = 0

  /// Takes the slot; what was in it is done now.
  static func set(capability: UInt64, label: UInt64 = 0) {
    flush()
    // Safety: a protection domain has one thread.
    unsafe (self.capability, self.label) = (capability, label)
  }

  static func take() -> (capability: UInt64, label: UInt64)? {
    // Safety: as for set.
    let taken = unsafe (capability, label)
    unsafe capability = 0
    return taken.0 == 0 ? nil : taken
  }

  static func flush() {
    if let (capability, label) = take() { Kernel.send(to: capability, label: label) }
  }
}

extension Channel {
  /// Signals the peer with the next receive; a second deferred operation sends the first one off.
  public func notifyDeferred() {
    if isValid { Deferred.set(capability: notification) }
  }

  /// Acknowledges an interrupt with the next receive.
  public func acknowledgeDeferred() {
    guard isValid else { return }
    Deferred.set(capability: interruptHandler, label: ABI.interruptAcknowledge)
  }
}
