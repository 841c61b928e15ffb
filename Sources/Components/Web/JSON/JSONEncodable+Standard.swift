// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension Bool: JSONEncodable {
  /// Writes `true` or `false`.
  public func encode(to json: inout JSONWriter) { json.bool(self) }
}

extension String: JSONEncodable {
  /// Writes a string.
  public func encode(to json: inout JSONWriter) { json.string(self) }
}

extension Double: JSONEncodable {
  /// Writes a number, or `null` for infinities and NaN.
  public func encode(to json: inout JSONWriter) { json.double(self) }
}

extension JSONEncodable where Self: FixedWidthInteger {
  /// Writes an integer.
  public func encode(to json: inout JSONWriter) { json.integer(self) }
}

extension Int: JSONEncodable {}
extension Int8: JSONEncodable {}
extension Int16: JSONEncodable {}
extension Int32: JSONEncodable {}
extension Int64: JSONEncodable {}
extension UInt: JSONEncodable {}
extension UInt8: JSONEncodable {}
extension UInt16: JSONEncodable {}
extension UInt32: JSONEncodable {}
extension UInt64: JSONEncodable {}

extension JSONValue: JSONEncodable {
  /// Writes the value as it stood in its text.
  public func encode(to json: inout JSONWriter) { json.value(self) }
}

extension Optional: JSONEncodable where Wrapped: JSONEncodable {
  /// Writes `null` for nil.
  public func encode(to json: inout JSONWriter) {
    guard let value = self else { return json.null() }
    value.encode(to: &json)
  }
}

extension Array: JSONEncodable where Element: JSONEncodable {
  /// Writes an array.
  public func encode(to json: inout JSONWriter) {
    json.array { array in
      for element in self { array.add(element) }
    }
  }
}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
  /// Writes an object whose members are in the order of their names' UTF-8, so that equal values have equal texts.
  public func encode(to json: inout JSONWriter) {
    let members = sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    json.object { object in
      for member in members { object.add(member.key, member.value) }
    }
  }
}

extension JSONEncodable where Self: RawRepresentable, RawValue: JSONEncodable {
  /// Writes the raw value.
  public func encode(to json: inout JSONWriter) { rawValue.encode(to: &json) }
}
