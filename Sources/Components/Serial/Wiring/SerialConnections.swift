// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records
import Rings
import Wiring

extension SerialConnection {
  /// The connection's queue; nil if the record has no such connection, or its regions cannot hold a queue.
  public var ring: Ring<SerialQueue>? {
    guard let queue = queue.shared, let data = data.shared else { return nil }
    return Ring(queue: queue, data: data)
  }

  /// The channel to the peer.
  public var channel: Channel { Channel(id) }
}
