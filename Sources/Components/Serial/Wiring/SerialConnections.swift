// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records
import Rings
import Wiring

extension SerialConnection {
  /// Nil where there is no such connection, and where its regions cannot be a queue.
  public var ring: Ring<SerialQueue>? {
    guard let queue = queue.shared, let data = data.shared else { return nil }
    return Ring(queue: queue, data: data)
  }

  public var channel: Channel { Channel(id) }
}
