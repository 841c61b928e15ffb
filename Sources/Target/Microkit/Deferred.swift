// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The one operation that may wait for the next receive.
enum Deferred {
  nonisolated(unsafe) private static var capability: UInt64 = 0
  nonisolated(unsafe) private static var message = Message()

  /// Takes the slot; what was in it is done now.
  static func set(capability: UInt64, _ message: Message) {
    flush()
    // Safety: a protection domain has one thread.
    unsafe (self.capability, self.message) = (capability, message)
  }

  static func take() -> (capability: UInt64, message: Message)? {
    // Safety: as for set.
    let taken = unsafe (capability, message)
    unsafe capability = 0
    return taken.0 == 0 ? nil : taken
  }

  static func flush() {
    if let (capability, message) = take() { Kernel.send(to: capability, message) }
  }
}

extension Channel {
  /// Signals the peer with the next receive; a second deferred operation sends the first one off.
  public func notifyDeferred() {
    if isValid { Deferred.set(capability: notification, Message()) }
  }

  /// Acknowledges an interrupt with the next receive.
  public func acknowledgeDeferred() {
    guard isValid else { return }
    Deferred.set(
      capability: interruptHandler, Message(label: ABI.interruptAcknowledge))
  }
}
