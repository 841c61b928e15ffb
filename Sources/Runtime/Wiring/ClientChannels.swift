// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Rings

/// The channels of a virtualiser's clients, looked up both ways.
public struct ClientChannels: ~Copyable {
  // By client.
  private var channels = InlineArray<64, Channel>(repeating: Channel(.max))
  // By channel; those that are no client's have a number that no client has.
  private var clients = InlineArray<64, UInt8>(repeating: .max)
  private var count = 0

  public init() {}

  /// The next client's; beyond 64 they are ignored.
  public mutating func add(_ channel: Channel) {
    guard count < 64 else { return }
    channels[count] = channel
    clients[Int(channel.id & 63)] = UInt8(truncatingIfNeeded: count)
    count &+= 1
  }

  /// The clients that have signalled.
  public mutating func clients(in signalled: ChannelSet) -> ClientSet {
    var rest = signalled.bits
    var found = ClientSet()
    while rest != 0 {
      found.insert(Int(clients[rest.trailingZeroBitCount & 63]))
      rest &= rest &- 1
    }
    return found
  }

  /// Signals the clients in the set, the last of them with the next receive.
  public mutating func notify(_ set: ClientSet) {
    var rest = set
    while let client = rest.popFirst() { channels[client & 63].notifyDeferred() }
  }
}
