// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import IndexSets
import Microkit
import Rings

/// The channels of a virtualiser's clients, with look-up in both directions.
public struct ClientChannels: ~Copyable {
  // Channels by client.
  private var channels = InlineArray<64, Channel>(repeating: Channel(.max))
  // Clients by channel; a number that no client has for other channels.
  private var clients = InlineArray<64, UInt8>(repeating: .max)
  private var count = 0

  /// No clients.
  public init() {}

  /// Adds the channel of the next client. Ignored beyond 64.
  public mutating func add(_ channel: Channel) {
    guard count < 64 else { return }
    channels[count] = channel
    clients[Int(channel.id & 63)] = UInt8(truncatingIfNeeded: count)
    count &+= 1
  }

  /// The clients that have signalled.
  public mutating func clients(in signalled: ChannelSet) -> IndexSet64 {
    var rest = signalled
    var found = IndexSet64()
    while let channel = rest.popFirst() { found.insert(Int(clients[channel & 63])) }
    return found
  }

  /// Signals the clients in the set. The last signal goes out with the next receive, in one entry to the kernel.
  public mutating func notify(_ set: IndexSet64) {
    var rest = set
    while let client = rest.popFirst() { channels[client & 63].notifyDeferred() }
  }
}
