// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records
import Rings
import Wiring

extension FileSystemConnection {
  /// The queue to the server; nil if there is no connection or its region cannot hold a queue.
  public var commands: Ring<FileQueue>? { commandQueue.shared.flatMap { Ring(queue: $0) } }
  /// The queue from the server; nil if there is no connection or its region cannot hold a queue.
  public var completions: Ring<FileQueue>? { completionQueue.shared.flatMap { Ring(queue: $0) } }

  /// Notifies the other end.
  public var channel: Channel { Channel(id) }
}
