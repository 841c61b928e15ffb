// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit
import IndexSets

/// A channel or interrupt of this protection domain, by its identifier in the system file.
public struct Channel: Equatable, Sendable {
  /// The identifier, 0 to 61 for a channel that can be used.
  public let id: UInt8

  /// The channel with identifier `id`, which usually comes from a record. Using one beyond 61 does nothing.
  public init(_ id: UInt8) { self.id = id }

  var isValid: Bool { UInt64(id) < CMICROKIT_CHANNEL_LIMIT }

  // Slots of the capability space.
  var notification: UInt64 { CMICROKIT_NOTIFICATIONS + UInt64(id) }
  var endpoint: UInt64 { CMICROKIT_ENDPOINTS + UInt64(id) }
  var interruptHandler: UInt64 { CMICROKIT_INTERRUPTS + UInt64(id) }

  /// Signals the peer now. `notifyDeferred` is cheaper for the last signal of a handler.
  public func notify() {
    guard isValid else { return }
    Kernel.send(to: notification)
  }

  /// Acknowledges the interrupt, so that it can arrive again.
  public func acknowledge() {
    guard isValid else { return }
    Kernel.send(to: interruptHandler, label: ABI.interruptAcknowledge)
  }

  /// Calls the peer, which must have a higher priority, and waits for its reply.
  public func call(_ message: Message) -> Message {
    guard isValid else { return Message() }
    return Kernel.call(endpoint, message)
  }
}

/// Channels and interrupts that have signalled since the last time, by their identifiers.
public typealias ChannelSet = IndexSet64

extension IndexSet64 {
  /// Whether the channel has signalled; false for identifiers beyond 61.
  public func contains(_ channel: Channel) -> Bool {
    channel.isValid && bits & (1 << UInt64(channel.id)) != 0
  }

  /// The set without a channel.
  public func removing(_ channel: Channel) -> IndexSet64 {
    channel.isValid ? IndexSet64(bits: bits & ~(1 << UInt64(channel.id))) : self
  }

  /// Calls `body` for each channel, in the order of identifiers.
  public func forEachChannel(_ body: (Channel) -> Void) {
    var rest = self
    while let id = rest.popFirst() { body(Channel(UInt8(truncatingIfNeeded: id))) }
  }

  /// Signals each channel now.
  public func notify() { forEachChannel { $0.notify() } }

  /// Signals each channel, the last one with the next receive, in one entry to the kernel.
  public func notifyDeferred() { forEachChannel { $0.notifyDeferred() } }
}
