// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FileSystem

/// A command under way; its sender finds the result here.
final class FileTicket {
  /// The result: status and value.
  enum State: Equatable { case waiting, done(FileStatus, UInt64) }
  /// What the command opens on the server.
  enum Opens { case nothing, file, directory }

  var state = State.waiting
  /// Memory of the share that the command uses; returned by `FileAccess.end`.
  var buffer: ShareBuffer?
  /// The sender has gone. What the command opens is closed again.
  var isAbandoned = false
  let opens: Opens
  /// The open file that the command uses. Held until the server answers, as it refuses to close a file
  /// with commands under way.
  var file: OpenFile?
  /// The command, to be sent again if the server begins again.
  var command = FileCommand.initialise
  /// The open file that the command opens again, as `OpenFiles` numbers it; nil for other commands.
  var reopens: Int?
  /// The command is CLOSE.
  let closes: Bool
  /// The connection to wake; negative for none.
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
