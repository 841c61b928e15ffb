// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Addresses
import Microkit
import NetworkComponents
import Records
import Rings
import Wiring

extension NetConnection {
  /// Nil where there is no such connection, and where its regions cannot be queues.
  @inline(never) public var rings: NetRings? {
    let capacity = Int(bufferCount)
    guard let freeRegion = freeQueue.shared, let activeRegion = activeQueue.shared,
      let free = Ring<NetQueue>(queue: freeRegion, capacity: capacity),
      let active = Ring<NetQueue>(queue: activeRegion, capacity: capacity)
    else { return nil }
    return NetRings(free: free, active: active)
  }

  public var channel: Channel { Channel(id) }
}

extension MACAddress {
  /// As a number whose lowest byte is the first on the wire.
  public var wireValue: UInt64 { value.byteSwapped &>> 16 }
}
