// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Parses a complete head. `HeadScanner` has checked that its lines end in CR LF and hold no other
/// control characters than tabs.
enum HeadParser {
  /// - Parameter fieldCount: the number of fields to reserve memory for.
  static func parse(_ bytes: [UInt8], fieldCount: Int = 8) throws(RequestError) -> RequestHead {
    var head = RequestHead(bytes: bytes)
    var position = 0
    let line = try nextLine(bytes.span, &position)
    try parseRequestLine(line, &head)
    head.fields.reserveCapacity(fieldCount)
    var counts = Counts()
    while true {
      let line = try nextLine(bytes.span, &position)
      if line.isEmpty { break }
      let field = try parseField(bytes.span, line)
      head.hasConditions = head.hasConditions || isCondition(bytes.span, field.name.range)
      counts.add(bytes.span.extracting(field.name.range), field.value)
      head.fields.append(field)
    }
    try checkHost(bytes.span, counts, isRequired: head.isVersion11)
    head.framing = try framing(head, counts)
    head.keepsAlive = head.isVersion11
    if counts.connection > 0 {
      head.keepsAlive =
        (head.isVersion11 || head.lists("connection", "keep-alive"))
        && !head.lists("connection", "close")
    }
    if counts.expect > 0, let expectation = head.value("expect"), head.isVersion11 {
      guard counts.expect == 1,
        ("100-continue" as StaticString).equalsIgnoringCase(expectation.span)
      else { throw .unknownExpectation }
      head.expectsContinue = head.framing != .none && head.framing != .length(0)
    }
    return head
  }

  private static func nextLine(
    _ bytes: Span<UInt8>, _ position: inout Int
  ) throws(RequestError) -> Range<Int> {
    guard let end = bytes.first(0x0d, in: position..<bytes.count) else {
      throw .strayControlCharacter
    }
    let line = position..<end
    position = end + 2
    guard position <= bytes.count else { throw .strayControlCharacter }
    return line
  }

  // MARK: Request line (RFC 9112 section 3)

  private static func parseRequestLine(
    _ line: Range<Int>, _ head: inout RequestHead
  ) throws(RequestError) {
    let methodEnd = try token(head.bytes.span, line)
    head.methodExtent = .init(line.lowerBound..<methodEnd)
    head.method = Method(head.bytes.span.extracting(line.lowerBound..<methodEnd))
    let targetStart = methodEnd + 1
    guard targetStart < line.upperBound,
      let targetEnd = head.bytes.span.first(0x20, in: targetStart..<line.upperBound),
      targetEnd > targetStart
    else { throw .malformedRequestLine }
    for index in targetStart..<targetEnd where !ASCII.isVisible(head.bytes[index]) {
      throw .malformedRequestLine
    }
    head.targetExtent = .init(targetStart..<targetEnd)
    try parseVersion(targetEnd + 1..<line.upperBound, &head)
    try parseTarget(targetStart..<targetEnd, &head)
  }

  /// The end of the method, which is followed by one space.
  private static func token(
    _ bytes: Span<UInt8>, _ line: Range<Int>
  ) throws(RequestError) -> Int {
    var index = line.lowerBound
    while index < line.upperBound, Characters.isToken(bytes[index]) { index += 1 }
    guard index > line.lowerBound, index < line.upperBound, bytes[index] == 0x20,
      index - line.lowerBound <= 32
    else { throw .malformedRequestLine }
    return index
  }

  private static func parseVersion(
    _ range: Range<Int>, _ head: inout RequestHead
  ) throws(RequestError) {
    let bytes = head.bytes
    let text = bytes.span.extracting(range)
    guard text.count == 8, ("HTTP/" as StaticString).equals(text.extracting(0..<5)),
      ASCII.isDigit(text[5]), text[6] == 0x2e, ASCII.isDigit(text[7])
    else { throw .malformedRequestLine }
    guard text[5] == 0x31 else { throw .unsupportedVersion }
    let isVersion11 = text[7] != 0x30
    head.isVersion11 = isVersion11
  }

  /// The four forms of RFC 9112 section 3.2.
  private static func parseTarget(
    _ target: Range<Int>, _ head: inout RequestHead
  ) throws(RequestError) {
    let bytes = head.bytes
    if head.method == .connect {
      guard let authority = Authority(bytes.span, target), authority.port?.isEmpty == false else {
        throw .malformedRequestLine
      }
      return
    }
    if bytes[target.lowerBound] == 0x2a {
      guard target.count == 1, head.method == .options else { throw .malformedRequestLine }
      return
    }
    var pathStart = target.lowerBound
    if bytes[pathStart] != 0x2f { pathStart = try authorityEnd(bytes.span, target) }
    // A target has no fragment.
    guard bytes.span.first(0x23, in: target) == nil else { throw .malformedRequestLine }
    let pathEnd = bytes.span.first(0x3f, in: pathStart..<target.upperBound) ?? target.upperBound
    head.pathExtent = .init(pathStart..<pathEnd)
    if pathEnd < target.upperBound { head.queryExtent = .init(pathEnd + 1..<target.upperBound) }
  }

  /// Where the path of an absolute-form target starts.
  private static func authorityEnd(
    _ bytes: Span<UInt8>, _ target: Range<Int>
  ) throws(RequestError) -> Int {
    let length: Int
    if target.count > 7,
      ("http://" as StaticString).equalsIgnoringCase(
        bytes.extracting(target.lowerBound..<target.lowerBound + 7))
    {
      length = 7
    } else if target.count > 8,
      ("https://" as StaticString).equalsIgnoringCase(
        bytes.extracting(target.lowerBound..<target.lowerBound + 8))
    {
      length = 8
    } else {
      throw .malformedRequestLine
    }
    let start = target.lowerBound + length
    var end = start
    while end < target.upperBound, bytes[end] != 0x2f, bytes[end] != 0x3f { end += 1 }
    guard Authority(bytes, start..<end) != nil else { throw .malformedRequestLine }
    return end
  }

  // MARK: Fields (RFC 9112 section 5)

  static func parseField(
    _ bytes: Span<UInt8>, _ line: Range<Int>
  ) throws(RequestError) -> RequestHead.Field {
    guard !Characters.isBlank(bytes[line.lowerBound]) else { throw .foldedField }
    var colon = line.lowerBound
    while colon < line.upperBound, Characters.isToken(bytes[colon]) { colon += 1 }
    guard colon < line.upperBound else { throw .malformedField }
    guard !Characters.isBlank(bytes[colon]) else { throw .blankBeforeColon }
    guard bytes[colon] == 0x3a, colon > line.lowerBound else { throw .malformedField }
    return RequestHead.Field(
      name: .init(line.lowerBound..<colon), value: .init(bytes.trimmed(colon + 1..<line.upperBound))
    )
  }

  /// Whether the name looks like one of the conditions (If-Match and so on) or Range.
  private static func isCondition(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
    guard name.count >= 5 else { return false }
    switch bytes[name.lowerBound] | 0x20 {
    case 0x69: return bytes[name.lowerBound + 2] == 0x2d
    case 0x72: return name.count == 5
    default: return false
    }
  }

  /// How often each field occurs that concerns the connection.
  private struct Counts {
    var host = 0
    var hostValue = RequestHead.Extent(0..<0)
    var contentLength = 0
    var transferEncoding = 0
    var connection = 0
    var expect = 0

    mutating func add(_ name: Span<UInt8>, _ value: RequestHead.Extent) {
      switch name.count {
      case 4:
        guard ("host" as StaticString).equalsIgnoringCase(name) else { return }
        host += 1
        hostValue = value
      case 6: expect += ("expect" as StaticString).equalsIgnoringCase(name) ? 1 : 0
      case 10: connection += ("connection" as StaticString).equalsIgnoringCase(name) ? 1 : 0
      case 14: contentLength += ("content-length" as StaticString).equalsIgnoringCase(name) ? 1 : 0
      case 17:
        transferEncoding += ("transfer-encoding" as StaticString).equalsIgnoringCase(name) ? 1 : 0
      default: break
      }
    }
  }

  private static func checkHost(
    _ bytes: Span<UInt8>, _ counts: Counts, isRequired: Bool
  ) throws(RequestError) {
    guard counts.host == 1 || (counts.host == 0 && !isRequired) else { throw .badHost }
    // Empty if the target has no host (RFC 9112 section 3.2).
    let host = counts.hostValue.range
    guard host.isEmpty || Authority(bytes, host) != nil else { throw .badHost }
  }

  // MARK: Framing (RFC 9112 section 6)

  private static func framing(
    _ head: RequestHead, _ counts: Counts
  ) throws(RequestError) -> RequestHead.Framing {
    let lengths = counts.contentLength
    let codings = counts.transferEncoding
    if codings > 0 {
      guard lengths == 0 else { throw .lengthAndTransferEncoding }
      guard head.isVersion11, codings == 1, let value = head.value("transfer-encoding") else {
        throw .badTransferEncoding
      }
      if ("chunked" as StaticString).equalsIgnoringCase(value.span) { return .chunked }
      throw head.lists("transfer-encoding", "chunked") && !endsWithOnlyChunked(head)
        ? .badTransferEncoding : .unknownTransferEncoding
    }
    guard lengths > 0 else { return .none }
    guard lengths == 1, let value = head.value("content-length"),
      let length = ASCII.decimal(value.span)
    else { throw .badContentLength }
    return .length(length)
  }

  /// Whether `chunked` is listed once, and last: then the framing is clear, but another coding is
  /// unknown.
  private static func endsWithOnlyChunked(_ head: RequestHead) -> Bool {
    guard let value = head.value("transfer-encoding") else { return false }
    var items = ListItems(bytes: head.bytes, range: value.indices)
    var count = 0
    var isLast = false
    while let item = items.next() {
      isLast = ("chunked" as StaticString).equalsIgnoringCase(head.bytes.span.extracting(item))
      count += isLast ? 1 : 0
    }
    return isLast && count == 1
  }
}
