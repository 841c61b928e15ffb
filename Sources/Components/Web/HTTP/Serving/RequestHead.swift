// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A request's line and fields. It owns the head's bytes; everything else refers to ranges of them.
public struct RequestHead: Sendable {
  /// A range of `bytes` in half the memory of `Range<Int>`.
  public struct Extent: Equatable, Sendable {
    var lower: UInt32
    var upper: UInt32

    init(_ range: Range<Int>) {
      lower = UInt32(truncatingIfNeeded: range.lowerBound)
      upper = UInt32(truncatingIfNeeded: range.upperBound)
    }
    var range: Range<Int> { Int(lower)..<Int(Swift.max(lower, upper)) }
  }

  struct Field: Sendable {
    var name: Extent
    var value: Extent
  }

  /// How the body's end is found (RFC 9112 section 6.3).
  public enum Framing: Equatable, Sendable {
    /// There is no body.
    case none
    /// Content-Length, in bytes.
    case length(UInt64)
    /// Transfer-Encoding: chunked.
    case chunked
  }

  /// What is known of the head besides its fields.
  struct Summary: Sendable {
    var method = Method.other
    var isVersion11 = true
    var framing = Framing.none
    var keepsAlive = true
    var expectsContinue = false
    var hasConditions = false
    /// Whether there is a field Accept-Encoding.
    var listsCodings = false
    var methodExtent = Extent(0..<0)
    var targetExtent = Extent(0..<0)
    var pathExtent = Extent(0..<0)
    var queryExtent: Extent?
  }

  /// The whole head as sent, up to its empty line.
  public let bytes: [UInt8]
  let record: HeadRecord

  /// The method; `other` for one that is not listed, see `methodName`.
  public var method: Method { record.summary.method }
  /// True for HTTP/1.1 and later 1.x, false for HTTP/1.0.
  public var isVersion11: Bool { record.summary.isVersion11 }
  /// Whether a body follows, and how it ends.
  public var framing: Framing { record.summary.framing }
  /// Whether the client may send another request on this connection.
  public var keepsAlive: Bool { record.summary.keepsAlive }
  /// Whether the client waits for 100 (Continue) before it sends the body.
  public var expectsContinue: Bool { record.summary.expectsContinue }
  /// Whether there may be conditions or a range, judged by the names' first letters.
  public var hasConditions: Bool { record.summary.hasConditions }
  /// Whether the client says which content codings it accepts.
  var listsCodings: Bool { record.summary.listsCodings }
  var targetExtent: Extent { record.summary.targetExtent }
  var pathExtent: Extent { record.summary.pathExtent }
  var queryExtent: Extent? { record.summary.queryExtent }

  /// The method's name as sent.
  public var methodName: ArraySlice<UInt8> { bytes[record.summary.methodExtent.range] }
  /// The target as sent, in any of the four forms.
  public var target: ArraySlice<UInt8> { bytes[targetExtent.range] }
  /// The target's path, still encoded; empty for `*` and CONNECT.
  public var rawPath: ArraySlice<UInt8> { bytes[pathExtent.range] }
  /// The target's query, still encoded; nil without a question mark.
  public var rawQuery: ArraySlice<UInt8>? { queryExtent.map { bytes[$0.range] } }

  /// Number of field lines.
  public var fieldCount: Int { record.fieldCount }

  /// A field's name as sent; empty for an index out of range.
  public func fieldName(_ index: Int) -> ArraySlice<UInt8> {
    index >= 0 && index < fieldCount ? bytes[record.field(index).name.range] : []
  }

  /// A field's value without the whitespace around it; empty for an index out of range.
  public func fieldValue(_ index: Int) -> ArraySlice<UInt8> {
    index >= 0 && index < fieldCount ? bytes[record.field(index).value.range] : []
  }

  /// The value of the first field called `name`, in any case; nil if there is none.
  public func value(_ name: StaticString) -> ArraySlice<UInt8>? {
    firstField(name).map { bytes[record.field($0).value.range] }
  }

  /// The first field called `name`, from `start` on.
  func firstField(_ name: StaticString, from start: Int = 0) -> Int? {
    for index in start..<max(start, fieldCount)
    where name.equalsIgnoringCase(bytes.span.extracting(record.field(index).name.range)) {
      return index
    }
    return nil
  }

  /// Number of fields called `name`.
  public func count(_ name: StaticString) -> Int {
    var (count, next) = (0, 0)
    while let index = firstField(name, from: next) {
      count += 1
      next = index + 1
    }
    return count
  }

  /// Whether a field called `name` lists `token`, in any case.
  public func lists(_ name: StaticString, _ token: StaticString) -> Bool {
    var next = 0
    while let index = firstField(name, from: next) {
      var items = ListItems(bytes: bytes, range: record.field(index).value.range)
      while let item = items.next() {
        if token.equalsIgnoringCase(bytes.span.extracting(item)) { return true }
      }
      next = index + 1
    }
    return false
  }
}

/// What a head refers to, behind a reference: heads are passed from one to the next, and copies would cost more than the
/// parser does. Changed only while a head is parsed, when nothing else refers to it; hence `@unchecked Sendable`.
final class HeadRecord: @unchecked Sendable {
  // Most requests have no more fields.
  private static var placeCount: Int { 16 }
  private var places = InlineArray<16, RequestHead.Field>(
    repeating: RequestHead.Field(
      name: RequestHead.Extent(0..<0), value: RequestHead.Extent(0..<0)))
  private var others: [RequestHead.Field] = []
  private(set) var fieldCount = 0
  var summary = RequestHead.Summary()
  /// The memory of the head's bytes, and of its decoded path, for the next head.
  var bytes: [UInt8] = []
  var path: [UInt8] = []

  func field(_ index: Int) -> RequestHead.Field {
    index < Self.placeCount ? places[index] : others[index - Self.placeCount]
  }

  func addField(_ field: RequestHead.Field) {
    if fieldCount < Self.placeCount { places[fieldCount] = field } else { others.append(field) }
    fieldCount += 1
  }

  /// Forgets the fields of an earlier head.
  func removeFields() {
    fieldCount = 0
    if !others.isEmpty { others = [] }
  }
}

/// The record of the latest head, which the next head gets if the request has been answered and its handler has kept
/// nothing of it. A server has one for all its connections.
struct HeadMemory {
  private var latest: HeadRecord?
  /// Longer heads are not worth keeping their memory.
  private static var byteLimit: Int { 2048 }

  /// A record that nothing else refers to.
  mutating func take() -> HeadRecord {
    if isKnownUniquelyReferenced(&latest), let latest, latest.bytes.capacity <= Self.byteLimit {
      latest.removeFields()
      return latest
    }
    let record = HeadRecord()
    latest = record
    return record
  }
}

/// The items of a comma-separated list, without the whitespace around them and without empty items
/// (RFC 9110 section 5.6.1). Commas in quoted strings do not separate items.
struct ListItems {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(bytes: [UInt8], range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  mutating func next() -> Range<Int>? {
    while position < end {
      let start = position
      var quoted = false
      while position < end {
        let byte = bytes[position]
        if quoted, byte == 0x5c, position + 1 < end {
          position += 1
        } else if byte == 0x22 {
          quoted.toggle()
        } else if byte == 0x2c, !quoted {
          break
        }
        position += 1
      }
      let item = bytes.span.trimmed(start..<position)
      if position < end { position += 1 }
      if !item.isEmpty { return item }
    }
    return nil
  }
}
