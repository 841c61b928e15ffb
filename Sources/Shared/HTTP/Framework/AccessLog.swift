// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A line about an answered request.
public struct AccessLogEntry: Sendable {
  public var connection: Int
  public var methodName: [UInt8]
  public var target: [UInt8]
  public var status: UInt16
  /// Bytes sent, heads included, from the request's arrival on.
  public var byteCount: UInt64
  /// Nanoseconds from the request's head to the last byte given to the transport's queue.
  public var duration: UInt64

  /// `GET /index.html 200 1234 B 5 ms`, without a line end. Bytes that a terminal could take for
  /// commands become question marks; a long target is cut.
  public var line: [UInt8] {
    var line: [UInt8] = []
    Self.append(methodName, to: &line)
    line.append(0x20)
    Self.append(Array(target.prefix(200)), to: &line)
    line.append(0x20)
    line.append(decimal: UInt64(status))
    line.append(0x20)
    line.append(decimal: byteCount)
    line.append(" B ")
    line.append(decimal: duration / 1_000_000)
    line.append(" ms")
    return line
  }

  private static func append(_ bytes: [UInt8], to line: inout [UInt8]) {
    for byte in bytes { line.append(ASCII.isVisible(byte) ? byte : 0x3f) }
  }
}
