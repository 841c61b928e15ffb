// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Microkit
import NetworkComponents
import Records
import Rings
import Wiring

extension NetConnection {
  /// The connection's queues; nil if the record has no such connection, or its regions are too small or misaligned, or
  /// its capacity is not a power of two up to 32,768.
  @inline(never) public var rings: NetRings? {
    let capacity = Int(bufferCount)
    guard let freeRegion = freeQueue.shared, let activeRegion = activeQueue.shared,
      let free = Ring<NetQueue>(queue: freeRegion, capacity: capacity),
      let active = Ring<NetQueue>(queue: activeRegion, capacity: capacity)
    else { return nil }
    return NetRings(free: free, active: active)
  }

  /// The channel to the peer.
  public var channel: Channel { Channel(id) }

  /// Words behind the queue of empty buffers, which ends within a page; nil if its region has no room.
  public var linkWords: LinkWords? {
    freeQueue.shared.flatMap { LinkWords($0, at: 8 &+ 16 &* Int(bufferCount)) }
  }
}

extension PeerClient {
  /// The client of a connection.
  public init(_ connection: NetConnection) {
    self.init(connection.linkWords, connection.channel)
  }
}

extension PeerServer {
  /// The server of a connection.
  public init(_ connection: NetConnection) {
    self.init(connection.linkWords, connection.channel)
  }
}

extension MACAddress {
  /// The address as a number with the first byte on the wire lowest.
  public var wireValue: UInt64 { value.byteSwapped &>> 16 }
}
