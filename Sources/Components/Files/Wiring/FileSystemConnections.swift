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

  /// Words in the header of the queue to the server, which has room for 64 bytes and uses 16.
  public var linkWords: LinkWords? { commandQueue.shared.flatMap { LinkWords($0, at: 48) } }

  /// Notifies the other end.
  public var channel: Channel { Channel(id) }
}
