// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// What the access log records about an answered request.
public struct AccessLogEntry: Sendable {
  /// The connection's number in the server.
  public var connection: Int
  /// The method's name, up to `nameLimit` bytes.
  public var methodName: [UInt8]
  /// The target as sent, up to `targetLimit` bytes.
  public var target: [UInt8]
  /// The response's status code.
  public var status: UInt16
  /// Bytes sent for the response, including its head.
  public var byteCount: UInt64
  /// From the end of the request's head until the transport had the whole response.
  public var duration: Interval

  static var nameLimit: Int { 32 }
  static var targetLimit: Int { 200 }

  /// `GET /index.html 200 1234 B 5 ms`, without a line end. Bytes outside visible ASCII, which a
  /// terminal could take for commands, become question marks.
  public var line: [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(methodName.count + min(target.count, Self.targetLimit) + 48)
    Self.append(methodName.span, to: &line)
    line.append(0x20)
    Self.append(target.span.extracting(0..<min(target.count, Self.targetLimit)), to: &line)
    line.append(0x20)
    line.append(decimal: UInt64(status))
    line.append(0x20)
    line.append(decimal: byteCount)
    line.append(" B ")
    line.append(decimal: duration.milliseconds)
    line.append(" ms")
    return line
  }

  private static func append(_ bytes: Span<UInt8>, to line: inout [UInt8]) {
    for index in bytes.indices {
      line.append(ASCII.isVisible(bytes[index]) ? bytes[index] : 0x3f)
    }
  }
}
