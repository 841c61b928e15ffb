// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A response's status and fields, without Content-Length, Transfer-Encoding, Connection and Date,
/// which the connection writes.
public struct ResponseHead: Sendable {
  /// The length of the response's body.
  public enum BodyLength: Equatable, Sendable {
    /// In bytes.
    case known(UInt64)
    /// Sent in chunks to HTTP/1.1 clients, and up to the connection's end to HTTP/1.0 clients.
    case unknown
  }

  /// The status line's code and phrase.
  public var status: Status
  /// What Content-Length or Transfer-Encoding will say.
  public var length: BodyLength
  /// Whole field lines with their CR LF.
  private(set) var lines: [UInt8] = []

  /// Bytes of the phrase and the lines.
  var byteCount: Int { status.phrase.utf8CodeUnitCount + lines.count }

  /// A head without fields.
  public init(_ status: Status, length: BodyLength = .known(0)) {
    self.status = status
    self.length = length
    // Enough for most responses.
    lines.reserveCapacity(240)
  }

  /// The head of a response whose body is plain text of `length` bytes. With 503, the client is asked to try again
  /// after a second.
  public init(text status: Status, length: UInt64) {
    self.init(status, length: .known(length))
    add("Content-Type", ContentType.plain)
    if status == .serviceUnavailable { add("Retry-After", "1") }
  }

  /// Adds a field whose value is valid.
  public mutating func add(_ name: StaticString, _ value: StaticString) {
    lines.append(name)
    lines.append(": ")
    lines.append(value)
    lines.append("\r\n")
  }

  /// Adds a field. Bytes of `value` that a field value cannot hold become spaces, so that no value
  /// can begin a line of its own.
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

  /// Adds a whole field line, which includes its CR LF.
  mutating func add(line: [UInt8]) { lines.append(copying: line.span) }

  /// Adds a field whose value is a decimal number.
  public mutating func add(_ name: StaticString, number: UInt64) {
    lines.append(name)
    lines.append(": ")
    lines.append(decimal: number)
    lines.append("\r\n")
  }

  /// Adds a field whose value is a date in seconds since 1970.
  public mutating func add(_ name: StaticString, date: Int64) {
    lines.append(name)
    lines.append(": ")
    HTTPDate.append(date, to: &lines)
    lines.append("\r\n")
  }
}

/// The fields that a server adds to all answers, formatted once a second.
final class CommonLines {
  private let strictTransport: [UInt8]
  private var seconds: Int64?
  private var plain: [UInt8] = []
  private var secure: [UInt8]

  init(strictTransportSeconds: UInt32) {
    var line: [UInt8] = []
    if strictTransportSeconds > 0 {
      line.append("Strict-Transport-Security: max-age=")
      line.append(decimal: UInt64(strictTransportSeconds))
      line.append("\r\n")
    }
    strictTransport = line
    secure = line
  }

  /// - Parameters:
  ///   - date: seconds since 1970; nil while it is unknown.
  ///   - isSecure: whether the request has come over TLS.
  func lines(date: Int64?, isSecure: Bool) -> [UInt8] {
    if date != seconds {
      seconds = date
      plain = []
      if let date {
        plain.append("Date: ")
        HTTPDate.append(date, to: &plain)
        plain.append("\r\n")
      }
      secure = plain + strictTransport
    }
    return isSecure ? secure : plain
  }
}
