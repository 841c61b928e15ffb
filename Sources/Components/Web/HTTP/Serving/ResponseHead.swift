// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A response's status and fields. Content-Length, Transfer-Encoding, Connection and Date are the
/// connection's to write.
public struct ResponseHead: Sendable {
  public enum BodyLength: Equatable, Sendable {
    case known(UInt64)
    /// Chunked towards HTTP/1.1; towards HTTP/1.0 the end of the connection is the end.
    case unknown
  }

  public var status: Status
  public var length: BodyLength
  /// Whole field lines with their ends.
  private(set) var lines: [UInt8] = []

  public init(_ status: Status, length: BodyLength = .known(0)) {
    self.status = status
    self.length = length
    // What most answers have.
    lines.reserveCapacity(240)
  }

  public mutating func add(_ name: StaticString, _ value: StaticString) {
    lines.append(name)
    lines.append(": ")
    lines.append(value)
    lines.append("\r\n")
  }

  /// Adds a field. Bytes of `value` that cannot be in one become spaces, so that no value ends a
  /// line and starts another.
  public mutating func add(_ name: StaticString, _ value: Span<UInt8>) {
    lines.append(name)
    lines.append(": ")
    let start = lines.count
    lines.append(copying: value)
    for index in start..<lines.count where !Characters.isFieldValue(lines[index]) {
      lines[index] = 0x20
    }
    lines.append("\r\n")
  }

  /// Adds a field line that was made before, with its end.
  mutating func add(line: [UInt8]) { lines.append(copying: line.span) }

  public mutating func add(_ name: StaticString, number: UInt64) {
    lines.append(name)
    lines.append(": ")
    lines.append(decimal: number)
    lines.append("\r\n")
  }

  public mutating func add(_ name: StaticString, date: Int64) {
    lines.append(name)
    lines.append(": ")
    HTTPDate.append(date, to: &lines)
    lines.append("\r\n")
  }
}
