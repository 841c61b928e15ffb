// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A type whose values can be written as JSON.
///
///     struct Person: JSONEncodable {
///       var name: String
///       var age: Int?
///
///       func encode(to json: inout JSONWriter) {
///         json.object {
///           $0.add("name", name)
///           $0.add("age", age)
///         }
///       }
///     }
public protocol JSONEncodable {
  /// Writes the value, once.
  func encode(to json: inout JSONWriter)
}

extension JSONEncodable {
  /// The value's JSON, in UTF-8 and without spaces.
  public var json: [UInt8] {
    var writer = JSONWriter()
    encode(to: &writer)
    return writer.finish()
  }
}

/// A type whose values can be written as JSON and read from it.
public typealias JSONCodable = JSONEncodable & JSONDecodable
