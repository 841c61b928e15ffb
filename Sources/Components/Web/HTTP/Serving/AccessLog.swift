// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes
import Time

/// What the access log records about an answered request.
public struct AccessLogEntry: Sendable {
  /// The connection's number in the server.
  public var connection: Int
  let head: RequestHead
  /// The response's status code.
  public var status: UInt16
  /// Bytes sent for the response, including its head.
  public var byteCount: UInt64
  /// From the end of the request's head until the transport had the whole response.
  public var duration: Interval

  /// The method's name.
  public var methodName: ArraySlice<UInt8> { head.methodName }
  /// The target as sent.
  public var target: ArraySlice<UInt8> { head.target }

  // A name is no longer than 32 bytes. Of a longer target, the log has the beginning.
  private static var targetLimit: Int { 200 }

  /// Bytes of a line at most: method and target, three numbers, and what is between them.
  public static var lineLimit: Int { 32 + targetLimit + 3 * 20 + 16 }

  /// `GET /index.html 200 1234 B 5 ms`, without a line end. Bytes outside visible ASCII, which a
  /// terminal could take for commands, become question marks.
  public var line: [UInt8] {
    var line: [UInt8] = []
    line.append(upTo: Self.lineLimit) { write(to: &$0) }
    return line
  }

  /// Writes the line, for which `lineLimit` bytes are room enough.
  public func write(to line: inout ByteWriter) {
    let (method, target) = (head.record.summary.methodExtent.range, head.targetExtent.range)
    let end = min(target.upperBound, target.lowerBound + Self.targetLimit)
    for index in method { line.write(Self.visible(head.bytes[index])) }
    line.write(0x20)
    for index in target.lowerBound..<end { line.write(Self.visible(head.bytes[index])) }
    line.write(0x20)
    line.write(decimal: UInt64(status))
    line.write(0x20)
    line.write(decimal: byteCount)
    line.write(" B ")
    line.write(decimal: duration.milliseconds)
    line.write(" ms")
  }

  private static func visible(_ byte: UInt8) -> UInt8 { ASCII.isVisible(byte) ? byte : 0x3f }
}
