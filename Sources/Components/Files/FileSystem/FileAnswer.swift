// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Rings

/// A completion: what came of the command with its id.
public struct FileAnswer: Equatable, Sendable {
  public var id: UInt64
  public var status: FileStatus
  /// A descriptor, a size, a count or a location, by the command.
  public var value: UInt64

  public init(id: UInt64, status: FileStatus, value: UInt64 = 0) {
    self.id = id
    self.status = status
    self.value = value
  }

  public init(_ message: FileMessage) {
    id = message[0]
    status = FileStatus(rawValue: message[1])
    value = message[2]
  }

  public var message: FileMessage {
    var message = FileMessage()
    message[0] = id
    message[1] = status.rawValue
    message[2] = value
    return message
  }
}
