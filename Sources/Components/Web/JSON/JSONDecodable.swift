// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A type whose values can be read from JSON.
///
///     struct Person: JSONDecodable {
///       var name: String
///       var age: Int?
///
///       init(json: JSONValue) throws(JSONError) {
///         name = try json.value("name")
///         age = try json.value("age")
///       }
///     }
public protocol JSONDecodable {
  /// Reads a value; throws an error that says what is wrong with it and where.
  init(json: JSONValue) throws(JSONError)
  /// What a member has that is not there; nil, by default, if it has to be.
  static var missing: Self? { get }
}

extension JSONDecodable {
  /// Members of most types have to be there.
  public static var missing: Self? { nil }

  /// Reads a text, of at most `JSONLimits.decodingDepth` levels unless `limits` has another depth.
  public init(
    parsingJSON text: [UInt8], limits: JSONLimits = JSONLimits(depth: JSONLimits.decodingDepth)
  ) throws(JSONError) {
    try self.init(json: JSONValue(parsing: text, limits: limits))
  }
}

extension JSONValue {
  /// This value as one of another type.
  public func value<Value: JSONDecodable>(
    as: Value.Type = Value.self
  ) throws(JSONError) -> Value {
    try Value(json: self)
  }

  /// The member `name` of an object. One that is not there is an error, except for optionals, which are nil then.
  public func value<Value: JSONDecodable>(
    _ name: String, as: Value.Type = Value.self
  ) throws(JSONError) -> Value {
    try expect(.object)
    if let member = self[name] { return try Value(json: member) }
    if let missing = Value.missing { return missing }
    var path = path
    path.steps.append(.member(name))
    throw JSONError(.missing, offset: offset, path: path)
  }

  /// The member `name` of an object, or `fallback` if it is not there.
  public func value<Value: JSONDecodable>(
    _ name: String, or fallback: Value
  ) throws(JSONError) -> Value {
    try expect(.object)
    guard let member = self[name] else { return fallback }
    return try Value(json: member)
  }
}
