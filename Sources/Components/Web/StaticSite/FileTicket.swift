// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem

/// A command on its way: who sent it looks here for what came of it.
final class FileTicket {
  enum State: Equatable { case waiting, done(FileStatus, UInt64) }
  /// What the command leaves open on the server.
  enum Opens { case nothing, file, directory }

  var state = State.waiting
  /// Memory of the share that the command is about; goes back with `FileAccess.end`.
  var buffer: ShareBuffer?
  /// Nobody waits any more. What it opens is closed again.
  var isAbandoned = false
  let opens: Opens
  /// The open file that the command is about: it is not closed before the server has answered, as that would be refused.
  var file: OpenFile?
  /// The command is CLOSE.
  let closes: Bool
  /// The connection that waits for it; negative for none.
  let connection: Int

  init(
    buffer: ShareBuffer?, connection: Int, opens: Opens = .nothing, file: OpenFile? = nil,
    closes: Bool = false
  ) {
    self.file = file
    self.closes = closes
    self.buffer = buffer
    self.connection = connection
    self.opens = opens
  }
}
