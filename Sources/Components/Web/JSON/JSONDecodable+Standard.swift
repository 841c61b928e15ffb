// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Bool: JSONDecodable {
  /// Reads `true` or `false`.
  public init(json: JSONValue) throws(JSONError) {
    guard let value = json.bool else {
      throw json.error(.wrongKind(expected: .bool, found: json.kind))
    }
    self = value
  }
}

extension String: JSONDecodable {
  /// Reads a string.
  public init(json: JSONValue) throws(JSONError) {
    try json.expect(.string)
    self = String(decoding: json.document.string(json.index), as: UTF8.self)
  }
}

extension Double: JSONDecodable {
  /// Reads a number, rounded to the nearest `Double`; one beyond the largest is an error.
  public init(json: JSONValue) throws(JSONError) {
    try json.expect(.number)
    guard let value = json.double else { throw json.error(.outOfRange) }
    self = value
  }
}

extension JSONDecodable where Self: FixedWidthInteger {
  /// Reads an integer; one that does not fit, or has a fraction or an exponent, is an error.
  public init(json: JSONValue) throws(JSONError) { self = try json.checkedInteger() }
}

extension Int: JSONDecodable {}
extension Int8: JSONDecodable {}
extension Int16: JSONDecodable {}
extension Int32: JSONDecodable {}
extension Int64: JSONDecodable {}
extension UInt: JSONDecodable {}
extension UInt8: JSONDecodable {}
extension UInt16: JSONDecodable {}
extension UInt32: JSONDecodable {}
extension UInt64: JSONDecodable {}

extension JSONValue: JSONDecodable {
  /// The value itself.
  public init(json: JSONValue) throws(JSONError) { self = json }
}

extension Optional: JSONDecodable where Wrapped: JSONDecodable {
  /// Nil for a member that is not there.
  public static var missing: Wrapped?? { .some(nil) }

  /// Reads nil from `null`.
  public init(json: JSONValue) throws(JSONError) {
    self = json.isNull ? nil : try Wrapped(json: json)
  }
}

extension Array: JSONDecodable where Element: JSONDecodable {
  /// Reads an array.
  public init(json: JSONValue) throws(JSONError) {
    try json.expect(.array)
    self = []
    for element in json.elements { append(try Element(json: element)) }
  }
}

extension Dictionary: JSONDecodable where Key == String, Value: JSONDecodable {
  /// Reads an object.
  public init(json: JSONValue) throws(JSONError) {
    try json.expect(.object)
    self = [:]
    for member in json.members { self[member.name] = try Value(json: member.value) }
  }
}

extension JSONDecodable where Self: RawRepresentable, RawValue: JSONDecodable {
  /// Reads the raw value; one that no case has is an error.
  public init(json: JSONValue) throws(JSONError) {
    guard let value = Self(rawValue: try RawValue(json: json)) else {
      throw json.refused("none of the values that are known here")
    }
    self = value
  }
}
