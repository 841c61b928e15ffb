// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A strong validator of one version of a file (RFC 9110 section 8.8.3), made of its time and size or
/// of a hash of its bytes, and of the coding in which it is sent.
public struct EntityTag: Equatable, Sendable {
  /// The tag with its quotes.
  public let bytes: [UInt8]

  /// A tag of hexadecimal numbers.
  ///
  /// - Parameters:
  ///   - seconds: when the file was modified, since 1970.
  ///   - revision: tells versions of equal time and size apart; 0 leaves it out.
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

  /// The tag of one version of a file.
  public init(of file: SiteFile, coding: ContentCoding?) {
    switch file.version {
    case .attributes(let modified, let nanoseconds, let revision):
      self.init(
        seconds: modified, nanoseconds: nanoseconds, size: file.size, revision: revision,
        coding: coding)
    case .hash(let hash): self.init(hash, coding: coding)
    }
  }

  /// A tag of the hexadecimal digits of a hash.
  public init(_ hash: ContentHash, coding: ContentCoding?) {
    var bytes: [UInt8] = [0x22]
    bytes.append(hexadecimal: hash.high)
    bytes.append(0x2d)
    bytes.append(hexadecimal: hash.low)
    if let coding {
      bytes.append(0x2d)
      bytes.append(coding.name)
    }
    bytes.append(0x22)
    self.bytes = bytes
  }

  /// Whether the fields called `name` list this tag or are just `*` (RFC 9110 section 13.1). Several
  /// fields are one list (section 5.3). Nil if there is no such field.
  ///
  /// - Parameter weakly: whether weak tags count as well.
  func isListed(in head: RequestHead, _ name: StaticString, weakly: Bool) -> Bool? {
    var (isThere, hasStar, others) = (false, false, false)
    for index in 0..<head.fieldCount
    where name.equalsIgnoringCase(head.fieldName(index).span) {
      isThere = true
      var tags = TagList(head.fieldValue(index).indices)
      while let item = tags.next(head.bytes.span) {
        if item.count == 1, head.bytes[item.lowerBound] == 0x2a {
          hasStar = true
          continue
        }
        others = true
        if isNamed(by: head.bytes.span.extracting(item), weakly: weakly) { return true }
      }
    }
    return isThere ? hasStar && !others : nil
  }

  private func isNamed(by item: Span<UInt8>, weakly: Bool) -> Bool {
    guard item.count > 2, item[0] == 0x57, item[1] == 0x2f else {
      return item.equals(bytes.span)
    }
    return weakly && item.extracting(2..<item.count).equals(bytes.span)
  }
}

/// The items of a list of tags. A tag ends at the next quote, as a backslash does not escape anything
/// in it, unlike in a quoted string (RFC 9110 section 8.8.3).
private struct TagList {
  private var rest: Range<Int>

  init(_ range: Range<Int>) { rest = range }

  mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
    while !rest.isEmpty {
      var isQuoted = false
      var end = rest.lowerBound
      while end < rest.upperBound, isQuoted || bytes[end] != 0x2c {
        if bytes[end] == 0x22 { isQuoted.toggle() }
        end += 1
      }
      let item = bytes.trimmed(rest.lowerBound..<end)
      rest = min(end + 1, rest.upperBound)..<rest.upperBound
      if !item.isEmpty { return item }
    }
    return nil
  }
}

/// How a file was compressed in advance.
public enum ContentCoding: Equatable, Sendable {
  /// RFC 7932.
  case brotli
  /// RFC 1952.
  case gzip

  /// The coding's name in fields.
  public var name: StaticString {
    switch self {
    case .brotli: "br"
    case .gzip: "gzip"
    }
  }

  /// What the name of the compressed file ends in.
  public var suffix: StaticString {
    switch self {
    case .brotli: ".br"
    case .gzip: ".gz"
    }
  }

  /// Whether the client accepts the coding.
  public func isAccepted(by head: RequestHead) -> Bool {
    let accepted = AcceptedCodings(head)
    return accepted.first == self || accepted.second == self
  }
}
