// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Parses a head whose end has arrived. It looks at each byte once.
///
/// What `HeadScanner` checks of a head that arrives in pieces, the parser checks as well: that lines end in CR LF and hold no
/// other control characters than tabs, and how long they may be.
enum HeadParser {
  private typealias Summary = RequestHead.Summary

  /// Returns the head, and where it ends.
  ///
  /// - Parameter record: gets the head's bytes and what is known of them.
  @_optimize(speed)
  static func parse(
    _ bytes: Span<UInt8>, _ limits: Limits, into record: HeadRecord
  ) throws(RequestError) -> (head: RequestHead, end: Int) {
    var summary = Summary()
    var position = try parseRequestLine(bytes, &summary)
    guard position &- 2 <= limits.requestLineBytes else { throw .requestLineTooLong }
    var counts = Counts()
    while try !isEnd(bytes, position) {
      guard record.fieldCount < limits.fieldCount else { throw .fieldsTooLarge }
      let field = try parseField(bytes, &position)
      let name = field.name.range
      counts.add(bytes.extracting(name), field.value)
      if isCondition(bytes, name) { summary.hasConditions = true }
      record.addField(field)
    }
    try checkHost(bytes, counts, isRequired: summary.isVersion11)
    record.bytes.removeAll(keepingCapacity: true)
    record.bytes.append(copying: bytes.extracting(0..<position + 2))
    // Until the end, the record has no summary, and nothing but the fields is looked at.
    let head = RequestHead(bytes: record.bytes, record: record)
    summary.framing = try framing(head, summary, counts)
    summary.listsCodings = counts.acceptEncoding > 0
    summary.keepsAlive = summary.isVersion11
    if counts.connection > 0 {
      summary.keepsAlive =
        (summary.isVersion11 || head.lists("connection", "keep-alive"))
        && !head.lists("connection", "close")
    }
    if counts.expect > 0, let expectation = head.value("expect"), summary.isVersion11 {
      guard counts.expect == 1,
        ("100-continue" as StaticString).equalsIgnoringCase(expectation.span)
      else { throw .unknownExpectation }
      summary.expectsContinue = summary.framing != .none && summary.framing != .length(0)
    }
    record.summary = summary
    return (head, position + 2)
  }

  /// Whether the empty line is at `position`.
  private static func isEnd(_ bytes: Span<UInt8>, _ position: Int) throws(RequestError) -> Bool {
    guard bytes.count &- position >= 2 else { throw .strayControlCharacter }
    guard bytes[position] == 0x0d else { return false }
    guard bytes[position &+ 1] == 0x0a else { throw .strayControlCharacter }
    return true
  }

  /// The end of the line that goes on at `position`: its CR, behind which there is an LF.
  private static func lineEnd(
    _ bytes: Span<UInt8>, _ position: Int
  ) throws(RequestError) -> Int {
    var position = position
    while let control = bytes.firstControl(in: position..<bytes.count) {
      if bytes[control] == 0x0d, control &+ 1 < bytes.count, bytes[control &+ 1] == 0x0a {
        return control
      }
      guard bytes[control] == 0x09 else { break }
      position = control &+ 1
    }
    throw .strayControlCharacter
  }

  // MARK: Request line (RFC 9112 section 3)

  /// Returns where the next line begins.
  @_optimize(speed)
  private static func parseRequestLine(
    _ bytes: Span<UInt8>, _ summary: inout Summary
  ) throws(RequestError) -> Int {
    let methodEnd = try token(bytes)
    summary.methodExtent = .init(0..<methodEnd)
    summary.method = Method(bytes.extracting(0..<methodEnd))
    let targetStart = methodEnd + 1
    var targetEnd = targetStart
    while targetEnd < bytes.count, Characters.isPath(bytes[targetEnd]) { targetEnd &+= 1 }
    var query: Int?
    var hasFragment = false
    while targetEnd < bytes.count, ASCII.isVisible(bytes[targetEnd]) {
      if bytes[targetEnd] == 0x23 { hasFragment = true }
      if query == nil, bytes[targetEnd] == 0x3f { query = targetEnd }
      targetEnd &+= 1
    }
    guard targetEnd < bytes.count, bytes[targetEnd] == 0x20, targetEnd > targetStart else {
      throw .malformedRequestLine
    }
    summary.targetExtent = .init(targetStart..<targetEnd)
    let end = try lineEnd(bytes, targetEnd + 1)
    summary.isVersion11 = try parseVersion(bytes.extracting(targetEnd + 1..<end))
    // A target has no fragment.
    guard !hasFragment else { throw .malformedRequestLine }
    try parseTarget(bytes, targetStart..<targetEnd, query, &summary)
    return end + 2
  }

  /// The end of the method, which is followed by one space.
  private static func token(_ bytes: Span<UInt8>) throws(RequestError) -> Int {
    var index = 0
    while index < bytes.count, Characters.isToken(bytes[index]) { index += 1 }
    guard index > 0, index < bytes.count, bytes[index] == 0x20, index <= 32 else {
      throw .malformedRequestLine
    }
    return index
  }

  /// Whether it is HTTP/1.1 or later.
  private static func parseVersion(_ text: Span<UInt8>) throws(RequestError) -> Bool {
    guard text.count == 8, ("HTTP/" as StaticString).equals(text.extracting(0..<5)),
      ASCII.isDigit(text[5]), text[6] == 0x2e, ASCII.isDigit(text[7])
    else { throw .malformedRequestLine }
    guard text[5] == 0x31 else { throw .unsupportedVersion }
    return text[7] != 0x30
  }

  /// The four forms of RFC 9112 section 3.2.
  ///
  /// - Parameter query: where the first question mark is.
  private static func parseTarget(
    _ bytes: Span<UInt8>, _ target: Range<Int>, _ query: Int?, _ summary: inout Summary
  ) throws(RequestError) {
    if summary.method == .connect {
      guard let authority = Authority(bytes, target), authority.port?.isEmpty == false else {
        throw .malformedRequestLine
      }
      return
    }
    if bytes[target.lowerBound] == 0x2a {
      guard target.count == 1, summary.method == .options else { throw .malformedRequestLine }
      return
    }
    var pathStart = target.lowerBound
    if bytes[pathStart] != 0x2f { pathStart = try authorityEnd(bytes, target) }
    // An authority has none.
    let pathEnd = query ?? target.upperBound
    summary.pathExtent = .init(pathStart..<pathEnd)
    if pathEnd < target.upperBound { summary.queryExtent = .init(pathEnd + 1..<target.upperBound) }
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

  /// The field of the line at `position`, which moves behind it.
  @_optimize(speed)
  private static func parseField(
    _ bytes: Span<UInt8>, _ position: inout Int
  ) throws(RequestError) -> RequestHead.Field {
    let start = position
    // Most names have no other characters.
    var colon = bytes.firstOutsideName(in: start..<bytes.count) ?? bytes.count
    while colon < bytes.count, Characters.isToken(bytes[colon]) { colon += 1 }
    guard colon < bytes.count, bytes[colon] == 0x3a, colon > start else {
      throw fault(bytes, start, colon)
    }
    let end = try lineEnd(bytes, colon + 1)
    position = end + 2
    return RequestHead.Field(
      name: .init(start..<colon), value: .init(bytes.trimmed(colon + 1..<end)))
  }

  /// What is wrong with the line from `start`, whose name would end at `end`.
  private static func fault(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> RequestError {
    guard end < bytes.count else { return .malformedField }
    if Characters.isBlank(bytes[start]) { return .foldedField }
    return Characters.isBlank(bytes[end]) ? .blankBeforeColon : .malformedField
  }

  /// Whether the name looks like one of the conditions (If-Match and so on) or Range.
  @_optimize(speed)
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
    var acceptEncoding = 0

    mutating func add(_ name: Span<UInt8>, _ value: RequestHead.Extent) {
      switch name.count {
      case 4:
        guard ("host" as StaticString).equalsIgnoringCase(name) else { return }
        host += 1
        hostValue = value
      case 6: expect += ("expect" as StaticString).equalsIgnoringCase(name) ? 1 : 0
      case 10: connection += ("connection" as StaticString).equalsIgnoringCase(name) ? 1 : 0
      case 14: contentLength += ("content-length" as StaticString).equalsIgnoringCase(name) ? 1 : 0
      case 15:
        acceptEncoding += ("accept-encoding" as StaticString).equalsIgnoringCase(name) ? 1 : 0
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
    _ head: RequestHead, _ summary: Summary, _ counts: Counts
  ) throws(RequestError) -> RequestHead.Framing {
    let lengths = counts.contentLength
    let codings = counts.transferEncoding
    if codings > 0 {
      guard lengths == 0 else { throw .lengthAndTransferEncoding }
      guard summary.isVersion11, codings == 1, let value = head.value("transfer-encoding") else {
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
