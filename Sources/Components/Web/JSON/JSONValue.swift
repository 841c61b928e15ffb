// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// A value of a JSON text. It keeps the whole text alive.
///
/// Ask it for what it should be: `json["name"]?.string` is nil unless there is a member of that name that is a string.
/// `value` says what is wrong instead (`JSONError`). Values are read from the text whenever they are asked for.
public struct JSONValue: Sendable {
  let document: JSONDocument
  let index: Int

  init(_ document: JSONDocument, _ index: Int) {
    self.document = document
    self.index = index
  }

  /// Reads a text.
  ///
  /// The text is JSON as RFC 8259 has it, in UTF-8 without a byte order mark. Strings with half a surrogate pair are
  /// refused. If an object has several members of one name, the last one counts, as in JavaScript; `members` has all.
  public init(parsing text: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    var parser = JSONParser(text, limits)
    self.init(try parser.parse(), 0)
  }

  /// Reads a text, as `init(parsing: [UInt8])`.
  public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
    try self.init(parsing: [UInt8](copying: text.utf8.span), limits: limits)
  }

  /// Which kind of value it is.
  public var kind: JSONKind { document.nodes[index].kind }

  /// Where it begins: bytes from the beginning of the text.
  public var offset: Int { document.range(index).lowerBound }

  /// The way to it from the outermost value. It takes time in proportion to the text.
  public var path: JSONPath { document.path(index) }

  /// The value as it stands in the text.
  public var text: [UInt8] { document.source(index) }

  /// An error about this value, for a program that does not accept it: `throw json.refused("no such colour")`.
  public func refused(_ why: String) -> JSONError { error(.invalid(why)) }

  func error(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason, offset: offset, path: path)
  }
}
