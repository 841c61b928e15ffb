// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Writes one JSON value. Its text is always JSON: of several values only the first one counts, and if there is none,
/// `null` is written.
public struct JSONWriter: Sendable {
  private var bytes: [UInt8]
  private var isDone = false

  /// A writer without a value.
  public init() { bytes = [] }

  init(appendingTo bytes: inout [UInt8]) {
    self.bytes = []
    swap(&self.bytes, &bytes)
  }

  /// The text.
  public consuming func finish() -> [UInt8] {
    if !isDone { bytes.append("null") }
    return bytes
  }

  /// Writes the value of another type.
  @inline(__always)
  public mutating func write<Value: JSONEncodable>(_ value: borrowing Value) {
    value.encode(to: &self)
  }

  private mutating func begin() -> Bool {
    defer { isDone = true }
    return !isDone
  }

  // MARK: Scalars

  /// Writes `null`.
  public mutating func null() {
    if begin() { bytes.append("null") }
  }

  /// Writes `true` or `false`.
  public mutating func bool(_ value: Bool) {
    if begin() { bytes.append(value ? "true" : "false") }
  }

  /// Writes an integer of at most 64 bits.
  public mutating func integer<Number: FixedWidthInteger>(_ number: Number) {
    guard begin() else { return }
    if number < 0 { bytes.append("-") }
    bytes.append(decimal: UInt64(truncatingIfNeeded: number.magnitude))
  }

  /// Writes the shortest number that reads as the same `Double`. Infinities and NaN, which JSON does not have, become
  /// `null`, as in JavaScript.
  public mutating func double(_ number: Double) {
    guard number.isFinite else { return null() }
    guard begin() else { return }
    bytes.append(copying: number.description.utf8.span)
  }

  /// Writes a string. Bytes that are not UTF-8 become U+FFFD.
  public mutating func string(utf8: Span<UInt8>) {
    if begin() { bytes.append(jsonString: utf8) }
  }

  /// Writes a string.
  public mutating func string(_ text: String) { string(utf8: text.utf8.span) }

  /// Writes a value as it stood in its text.
  public mutating func value(_ json: JSONValue) {
    if begin() { bytes.append(copying: json.text.span) }
  }

  // MARK: Containers

  /// Writes an object with the members that `body` adds.
  public mutating func object(_ body: (inout JSONObjectWriter) -> Void) {
    guard begin() else { return }
    var object = JSONObjectWriter(appendingTo: &bytes)
    body(&object)
    bytes = object.finish()
  }

  /// Writes an array of the elements that `body` adds.
  public mutating func array(_ body: (inout JSONArrayWriter) -> Void) {
    guard begin() else { return }
    var array = JSONArrayWriter(appendingTo: &bytes)
    body(&array)
    bytes = array.finish()
  }
}

/// Writes the members of an object. That their names differ is up to the program.
public struct JSONObjectWriter {
  private var bytes: [UInt8]
  private var isFirst = true

  init(appendingTo bytes: inout [UInt8]) {
    self.bytes = []
    swap(&self.bytes, &bytes)
    self.bytes.append("{")
  }

  /// Adds a member.
  public mutating func add<Value: JSONEncodable>(_ name: String, _ value: borrowing Value) {
    if !isFirst { bytes.append(",") }
    isFirst = false
    bytes.append(jsonString: name.utf8.span)
    bytes.append(":")
    var writer = JSONWriter(appendingTo: &bytes)
    value.encode(to: &writer)
    bytes = writer.finish()
  }

  consuming func finish() -> [UInt8] {
    bytes.append("}")
    return bytes
  }
}

/// Writes the elements of an array.
public struct JSONArrayWriter {
  private var bytes: [UInt8]
  private var isFirst = true

  init(appendingTo bytes: inout [UInt8]) {
    self.bytes = []
    swap(&self.bytes, &bytes)
    self.bytes.append("[")
  }

  /// Adds an element.
  public mutating func add<Value: JSONEncodable>(_ value: borrowing Value) {
    if !isFirst { bytes.append(",") }
    isFirst = false
    var writer = JSONWriter(appendingTo: &bytes)
    value.encode(to: &writer)
    bytes = writer.finish()
  }

  consuming func finish() -> [UInt8] {
    bytes.append("]")
    return bytes
  }
}
