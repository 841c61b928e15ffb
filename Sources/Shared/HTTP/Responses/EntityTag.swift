// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A strong validator of one version of a file (RFC 9110 section 8.8.3): its time and size, and the
/// coding it is sent in.
public struct EntityTag: Equatable, Sendable {
  /// With the quotes.
  public let bytes: [UInt8]

  /// - Parameter revision: tells apart versions of the same time and size; 0 for nothing.
  public init(
    seconds: UInt64, nanoseconds: UInt64, size: UInt64, revision: UInt64 = 0,
    coding: ContentCoding?
  ) {
    var bytes: [UInt8] = [0x22]
    bytes.append(hexadecimal: seconds)
    bytes.append(0x2d)
    bytes.append(hexadecimal: nanoseconds)
    bytes.append(0x2d)
    bytes.append(hexadecimal: size)
    if revision != 0 {
      bytes.append(0x2d)
      bytes.append(hexadecimal: revision)
    }
    if let coding {
      bytes.append(0x2d)
      bytes.append(coding.name)
    }
    bytes.append(0x22)
    self.bytes = bytes
  }

  /// Whether a list of tags, or `*`, has this one (RFC 9110 section 13.1).
  ///
  /// - Parameter weakly: whether tags that are marked as weak count, too.
  func isListed(in field: ArraySlice<UInt8>, weakly: Bool) -> Bool {
    if field.count == 1, field.first == 0x2a { return true }
    let list = [UInt8](copying: field.span)
    var items = ListItems(bytes: list, range: 0..<list.count)
    while var item = items.next() {
      if item.count > 2, list[item.lowerBound] == 0x57, list[item.lowerBound + 1] == 0x2f {
        guard weakly else { continue }
        item = item.lowerBound + 2..<item.upperBound
      }
      if list.span.extracting(item).equals(bytes.span) { return true }
    }
    return false
  }
}

/// How a file was compressed beforehand.
public enum ContentCoding: Equatable, Sendable {
  case brotli
  case gzip

  /// As it is called in fields.
  public var name: StaticString {
    switch self {
    case .brotli: "br"
    case .gzip: "gzip"
    }
  }

  /// What such a neighbour's name ends in.
  public var suffix: StaticString {
    switch self {
    case .brotli: ".br"
    case .gzip: ".gz"
    }
  }

  /// Whether the client takes it.
  public func isAccepted(by head: RequestHead) -> Bool {
    let accepted = AcceptedCodings(head)
    return accepted.first == self || accepted.second == self
  }
}
