// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A strong validator of one version of a file (RFC 9110 section 8.8.3): its time and size, and the
/// coding it is sent in.
public struct EntityTag: Equatable, Sendable {
  /// With the quotes.
  public let bytes: [UInt8]

  public init(seconds: UInt64, nanoseconds: UInt64, size: UInt64, coding: ContentCoding?) {
    var bytes: [UInt8] = [0x22]
    bytes.append(hexadecimal: seconds)
    bytes.append(0x2d)
    bytes.append(hexadecimal: nanoseconds)
    bytes.append(0x2d)
    bytes.append(hexadecimal: size)
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
    var items = ListItems(bytes: Array(field), range: 0..<field.count)
    let list = Array(field)
    while var item = items.next() {
      if item.count > 2, list[item.lowerBound] == 0x57, list[item.lowerBound + 1] == 0x2f {
        guard weakly else { continue }
        item = item.lowerBound + 2..<item.upperBound
      }
      if list[item].elementsEqual(bytes) { return true }
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

  /// Whether the client takes it (RFC 9110 section 12.5.3): listed, and not with weight 0.
  public func isAccepted(by head: RequestHead) -> Bool {
    guard let field = head.value("accept-encoding") else { return false }
    let list = Array(field)
    var items = ListItems(bytes: list, range: 0..<list.count)
    while let item = items.next() {
      let end = list.span.first(0x3b, in: item) ?? item.upperBound
      let coding = list.span.trimmed(item.lowerBound..<end)
      guard name.equalsIgnoringCase(list.span.extracting(coding)) else { continue }
      return !Self.hasZeroWeight(list[end..<item.upperBound])
    }
    return false
  }

  private static func hasZeroWeight(_ parameters: ArraySlice<UInt8>) -> Bool {
    guard let equals = parameters.firstIndex(of: 0x3d) else { return false }
    // 0, 0.0, 0.00 and 0.000 are nothing.
    for byte in parameters[(equals + 1)...] where byte != 0x30 && byte != 0x2e && byte != 0x20 {
      return false
    }
    return true
  }
}
