// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Time
import Wire

// The table of connections: look-up, allocation, initial numbers.
extension NetworkStack {
  @inline(__always)
  func flowHash(_ local: Endpoint, _ remote: Endpoint) -> UInt32 {
    switch (local.address, remote.address) {
    case (.v4(let here), .v4(let there)):
      return keys.table.hash(
        UInt64(there.value) << 32 | UInt64(here.value),
        UInt64(remote.port) << 16 | UInt64(local.port))
    }
  }

  /// Where the search for an unused port to `remote` begins (RFC 6056, 3.3.3).
  func portOffset(_ local: Endpoint, _ remote: Endpoint) -> UInt16 {
    switch (local.address, remote.address) {
    case (.v4(let here), .v4(let there)):
      return UInt16(
        truncatingIfNeeded: keys.ports.hash(
          UInt64(there.value) << 32 | UInt64(here.value), UInt64(remote.port)))
    }
  }

  @inline(__always)
  func find(_ local: Endpoint, _ remote: Endpoint, hash: UInt32) -> Int? {
    var index = flows.first(hash)
    while index >= 0 {
      if connections[index].hash == hash, connections[index].remote == remote,
        connections[index].local == local
      {
        return index
      }
      index = flows.after(index)
    }
    return nil
  }

  @inline(__always)
  func handle(_ index: Int) -> TCPConnection {
    TCPConnection(
      index: Int32(truncatingIfNeeded: index), generation: connections[index].generation)
  }

  @inline(__always)
  func index(of connection: TCPConnection) -> Int? {
    let index = Int(connection.index)
    guard index >= 0, index < connections.count,
      connections[index].generation == connection.generation, connections[index].isUsed,
      !connections[index].isOrphan
    else { return nil }
    return index
  }

  /// A slot for a new connection; if none is free, the one whose TIME-WAIT is the oldest.
  mutating func allocateConnection() -> Int? {
    if let index = freeConnections.pop() { return index }
    while let index = ending.pop() {
      connections[index].enterClosed()
      schedule(index)
      if let index = freeConnections.pop() { return index }
    }
    return nil
  }

  /// Initialises a connection's slot and enters it into the table.
  mutating func insert(
    _ index: Int, _ local: Endpoint, _ remote: Endpoint, settings: TCPSettings, tag: UInt
  ) {
    // `free` has left it as new.
    connections[index].isUsed = true
    connections[index].local = local
    connections[index].remote = remote
    connections[index].settings = settings
    connections[index].tag = tag
    let hash = flowHash(local, remote)
    connections[index].hash = hash
    connections[index].isListed = true
    flows.insert(index, hash)
  }

  /// An initial sequence number (RFC 6528): a 4-microsecond clock plus an offset that depends on
  /// both ends and a key. With it comes the connection's timestamp offset (RFC 7323, 5.4 and 7.1),
  /// from another key: each alone, and both together, reveal 32 bits of one hash.
  mutating func initialNumbers(
    _ local: Endpoint, _ remote: Endpoint, now: Instant
  ) -> (SequenceNumber, UInt32) {
    switch (local.address, remote.address) {
    case (.v4(let here), .v4(let there)):
      let addresses = UInt64(there.value) << 32 | UInt64(here.value)
      let ports = UInt64(remote.port) << 16 | UInt64(local.port)
      let start = UInt32(truncatingIfNeeded: keys.sequenceNumbers.hash(addresses, ports))
      let clock = UInt32(truncatingIfNeeded: now.nanoseconds / 4000)
      return (
        SequenceNumber(start &+ clock),
        UInt32(truncatingIfNeeded: keys.timestamps.hash(addresses, ports))
      )
    }
  }
}
