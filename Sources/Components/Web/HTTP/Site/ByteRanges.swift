// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Range fields (RFC 9110 section 14).
public enum ByteRanges {
  /// The parts of a file that a request asks for.
  public enum Request: Equatable, Sendable {
    /// The whole file: there is no Range field, it is malformed, or its unit is unknown.
    case whole
    /// Byte ranges in the order of the request, each inside the file and not empty.
    case parts([Range<UInt64>])
    /// All ranges lie behind the file's end: 416.
    case unsatisfiable
  }

  /// Ranges in one request; if there are more, the whole file is sent.
  static var limit: Int { 16 }

  /// Reads the request's Range field.
  ///
  /// - Parameter size: the file's size in bytes.
  public static func parse(_ head: RequestHead, size: UInt64) -> Request {
    guard head.method == .get, head.count("range") == 1, let field = head.value("range") else {
      return .whole
    }
    let bytes = Array(field)
    guard bytes.count > 6,
      ("bytes=" as StaticString).equalsIgnoringCase(bytes.span.extracting(0..<6))
    else { return .whole }
    var items = ListItems(bytes: bytes, range: 6..<bytes.count)
    var parts: [Range<UInt64>] = []
    var count = 0
    var total: UInt64 = 0
    while let item = items.next() {
      count += 1
      guard count <= limit, let part = parsePart(bytes.span, item, size) else { return .whole }
      guard !part.isEmpty else { continue }
      parts.append(part)
      let (sum, carry) = total.addingReportingOverflow(part.upperBound - part.lowerBound)
      guard !carry else { return .whole }
      total = sum
    }
    if count == 0 { return .whole }
    if parts.isEmpty { return .unsatisfiable }
    // Overlapping parts that add up to more than the file save nothing.
    if parts.count > 1, total > size { return .whole }
    return .parts(parts)
  }

  /// One range: empty if it lies behind the file's end, nil if it is malformed.
  private static func parsePart(
    _ bytes: Span<UInt8>, _ item: Range<Int>, _ size: UInt64
  ) -> Range<UInt64>? {
    guard let dash = bytes.first(0x2d, in: item) else { return nil }
    let first = bytes.extracting(item.lowerBound..<dash)
    let last = bytes.extracting(dash + 1..<item.upperBound)
    if first.isEmpty {
      guard let count = ASCII.decimal(last) else { return nil }
      return size - min(count, size)..<size
    }
    guard let start = ASCII.decimal(first) else { return nil }
    if last.isEmpty { return min(start, size)..<size }
    guard let end = ASCII.decimal(last), end >= start else { return nil }
    guard start < size else { return 0..<0 }
    return start..<min(end, size - 1) + 1
  }
}
