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

  /// The whole head as sent, up to its empty line.
  public internal(set) var bytes: [UInt8]
  /// The method; `other` for one that is not listed, see `methodName`.
  public internal(set) var method = Method.other
  /// True for HTTP/1.1 and later 1.x, false for HTTP/1.0.
  public internal(set) var isVersion11 = true
  /// Whether a body follows, and how it ends.
  public internal(set) var framing = Framing.none
  /// Whether the client may send another request on this connection.
  public internal(set) var keepsAlive = true
  /// Whether the client waits for 100 (Continue) before it sends the body.
  public internal(set) var expectsContinue = false
  /// Whether there may be conditions or a range, judged by the names' first letters.
  public internal(set) var hasConditions = false
  var methodExtent = Extent(0..<0)
  var targetExtent = Extent(0..<0)
  var pathExtent = Extent(0..<0)
  var queryExtent: Extent?
  var fields: [Field] = []

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The method's name as sent.
  public var methodName: ArraySlice<UInt8> { bytes[methodExtent.range] }
  /// The target as sent, in any of the four forms.
  public var target: ArraySlice<UInt8> { bytes[targetExtent.range] }
  /// The target's path, still encoded; empty for `*` and CONNECT.
  public var rawPath: ArraySlice<UInt8> { bytes[pathExtent.range] }
  /// The target's query, still encoded; nil without a question mark.
  public var rawQuery: ArraySlice<UInt8>? { queryExtent.map { bytes[$0.range] } }

  /// Number of field lines.
  public var fieldCount: Int { fields.count }

  /// A field's name as sent; empty for an index out of range.
  public func fieldName(_ index: Int) -> ArraySlice<UInt8> {
    index >= 0 && index < fields.count ? bytes[fields[index].name.range] : []
  }

  /// A field's value without the whitespace around it; empty for an index out of range.
  public func fieldValue(_ index: Int) -> ArraySlice<UInt8> {
    index >= 0 && index < fields.count ? bytes[fields[index].value.range] : []
  }

  /// The value of the first field called `name`, in any case; nil if there is none.
  public func value(_ name: StaticString) -> ArraySlice<UInt8>? {
    for field in fields where name.equalsIgnoringCase(bytes.span.extracting(field.name.range)) {
      return bytes[field.value.range]
    }
    return nil
  }

  /// Number of fields called `name`.
  public func count(_ name: StaticString) -> Int {
    var count = 0
    for field in fields where name.equalsIgnoringCase(bytes.span.extracting(field.name.range)) {
      count += 1
    }
    return count
  }

  /// Whether a field called `name` lists `token`, in any case.
  public func lists(_ name: StaticString, _ token: StaticString) -> Bool {
    for field in fields where name.equalsIgnoringCase(bytes.span.extracting(field.name.range)) {
      var items = ListItems(bytes: bytes, range: field.value.range)
      while let item = items.next() {
        if token.equalsIgnoringCase(bytes.span.extracting(item)) { return true }
      }
    }
    return false
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
