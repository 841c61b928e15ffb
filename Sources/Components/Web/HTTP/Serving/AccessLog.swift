// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A line about an answered request.
public struct AccessLogEntry: Sendable {
  public var connection: Int
  /// As much of each as is shown.
  public var methodName: [UInt8]
  public var target: [UInt8]
  public var status: UInt16
  /// Bytes sent, heads included, from the request's arrival on.
  public var byteCount: UInt64
  /// Nanoseconds from the request's head to the last byte given to the transport's queue.
  public var duration: UInt64

  /// Bytes of a method's name, and of a target, at most.
  static var nameLimit: Int { 32 }
  static var targetLimit: Int { 200 }

  /// `GET /index.html 200 1234 B 5 ms`, without a line end. Bytes that a terminal could take for
  /// commands become question marks; a long target is cut.
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
    line.append(decimal: duration / 1_000_000)
    line.append(" ms")
    return line
  }

  private static func append(_ bytes: Span<UInt8>, to line: inout [UInt8]) {
    for index in bytes.indices {
      line.append(ASCII.isVisible(bytes[index]) ? bytes[index] : 0x3f)
    }
  }
}
