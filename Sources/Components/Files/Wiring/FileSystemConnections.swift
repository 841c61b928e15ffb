// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit
import Records
import Rings
import Wiring

extension FileSystemConnection {
  /// Nil where there is no such connection, and where its regions cannot be queues.
  public var commands: Ring<FileQueue>? { commandQueue.shared.flatMap { Ring(queue: $0) } }
  public var completions: Ring<FileQueue>? { completionQueue.shared.flatMap { Ring(queue: $0) } }

  public var channel: Channel { Channel(id) }
}
