// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

extension JSONError {
  /// The error in one line: `line 2, column 7, $.age: expected a number, found a string`. With the text, the place is given
  /// as line and column, both from 1 and columns in bytes; without, as the offset.
  public func description(in text: [UInt8]? = nil) -> String {
    "\(place(in: text)), \(path.description): \(reason.description)"
  }

  private func place(in text: [UInt8]?) -> String {
    guard let text else { return "byte \(offset)" }
    var (line, start) = (1, 0)
    for index in 0..<min(offset, text.count) where text[index] == 0x0a {
      line += 1
      start = index + 1
    }
    return "line \(line), column \(offset - start + 1)"
  }
}

extension JSONError.Reason {
  /// What is wrong, and what would be right.
  public var description: String {
    switch self {
    case .unexpectedEnd: "the text ends within a value"
    case .unexpectedByte(let byte): "unexpected \(Self.name(byte))"
    case .textAfterValue: "there is more text after the value; a JSON text has one value"
    case .byteOrderMark: "the text begins with a byte order mark; leave it out"
    case .unknownWord: "unknown word; JSON has true, false and null"
    case .malformedNumber: "malformed number; JSON has numbers such as -1, 0.5 and 2e10"
    case .controlCharacter(let byte): "\(Self.name(byte)) in a string; escape it"
    case .malformedEscape:
      #"malformed escape; JSON has \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits"#
    case .loneSurrogate: "half of a surrogate pair; write both halves or the character itself"
    case .malformedUTF8: "these bytes are not UTF-8"
    case .tooLong(let limit): "the text is longer than \(limit) bytes"
    case .tooDeep(let limit): "more than \(limit) arrays and objects within each other"
    case .tooManyValues(let limit): "more than \(limit) values"
    case .missing: "there is no such member"
    case .wrongKind(let expected, let found):
      "expected \(expected.description), found \(found.description)"
    case .notAnInteger: "expected an integer, without fraction and exponent"
    case .outOfRange: "the number is out of range"
    case .invalid(let why): why
    }
  }

  private static func name(_ byte: UInt8) -> String {
    if ASCII.isVisible(byte) { return "'\(String(decoding: [byte], as: UTF8.self))'" }
    var digits: [UInt8] = []
    if byte < 0x10 { digits.append("0") }
    digits.append(hexadecimal: UInt64(byte))
    return "byte 0x\(String(decoding: digits, as: UTF8.self))"
  }
}

extension JSONKind {
  /// With its article: `a string`.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONError: JSONEncodable {
  /// Writes an object of `error`, `offset` and `path`.
  public func encode(to json: inout JSONWriter) {
    json.object {
      $0.add("error", reason.description)
      $0.add("offset", offset)
      $0.add("path", path.description)
    }
  }
}
