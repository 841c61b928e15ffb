// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// A completion message (lions/fs/protocol.h).
public struct FileAnswer: Equatable, Sendable {
  /// Number of the command, chosen by the client.
  public var id: UInt64
  /// Whether the command succeeded, or why not.
  public var status: FileStatus
  /// A descriptor, size, byte count or position, depending on the command; 0 if it returns nothing.
  public var value: UInt64

  /// The completion with these fields.
  public init(id: UInt64, status: FileStatus, value: UInt64 = 0) {
    self.id = id
    self.status = status
    self.value = value
  }

  /// Decodes a message; each is valid.
  public init(_ message: FileMessage) {
    id = message[0]
    status = FileStatus(rawValue: message[1])
    value = message[2]
  }

  /// The message of this completion.
  public var message: FileMessage {
    var message = FileMessage()
    message[0] = id
    message[1] = status.rawValue
    message[2] = value
    return message
  }
}
