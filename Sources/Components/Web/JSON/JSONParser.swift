// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// Reads a JSON text (RFC 8259) in one pass, without recursion.
struct JSONParser {
  /// What can come next.
  private enum Expectation {
    case value
    /// After `[`.
    case valueOrEnd
    /// After `{`.
    case nameOrEnd
    /// After a comma in an object.
    case name
    /// After a value in an array or object.
    case commaOrEnd
    /// After the outermost value.
    case nothing
  }

  /// An array or object around the position.
  private struct Level {
    let node: Int
    let isObject: Bool
    /// Complete values in it.
    var count = 0
    /// The node of the last member's name.
    var name = 0
  }

  let text: [UInt8]
  let limits: JSONLimits
  var position = 0
  var nodes: [JSONDocument.Node] = []
  private var open: [Level] = []
  private var expectation = Expectation.value

  init(_ text: [UInt8], _ limits: JSONLimits) {
    self.text = text
    self.limits = limits
  }

  /// Reads the whole text.
  mutating func parse() throws(JSONError) -> JSONDocument {
    guard text.count <= limits.byteCount else {
      throw failure(.tooLong(limit: limits.byteCount), at: limits.byteCount)
    }
    if text.count >= 3, text[0] == 0xef, text[1] == 0xbb, text[2] == 0xbf {
      throw failure(.byteOrderMark, at: 0)
    }
    while true {
      skipSpace()
      guard position < text.count else {
        guard case .nothing = expectation else { throw failure(.unexpectedEnd) }
        return JSONDocument(text: text, nodes: nodes)
      }
      try step(text[position])
    }
  }

  private mutating func skipSpace() {
    while position < text.count {
      let byte = text[position]
      guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
      position &+= 1
    }
  }

  private mutating func step(_ byte: UInt8) throws(JSONError) {
    switch (expectation, byte) {
    case (.nothing, _): throw failure(.textAfterValue)
    case (.valueOrEnd, 0x5d), (.nameOrEnd, 0x7d): close()
    case (.value, _), (.valueOrEnd, _): try readValue(byte)
    case (.name, 0x22), (.nameOrEnd, 0x22): try readName()
    case (.commaOrEnd, 0x2c):
      position += 1
      expectation = isInObject ? .name : .value
    case (.commaOrEnd, 0x5d) where !isInObject: close()
    case (.commaOrEnd, 0x7d) where isInObject: close()
    default: throw failure(.unexpectedByte(byte))
    }
  }

  private var isInObject: Bool { open.last.map { $0.isObject } ?? false }

  // MARK: Values

  private mutating func readValue(_ byte: UInt8) throws(JSONError) {
    let node = nodes.count
    let kind: JSONKind
    switch byte {
    case 0x7b: kind = .object
    case 0x5b: kind = .array
    case 0x22: kind = .string
    case 0x2d, 0x30...0x39: kind = .number
    case 0x6e: kind = .null
    case 0x74, 0x66: kind = .bool
    default:
      throw failure(ASCII.isLetter(byte) ? .unknownWord : .unexpectedByte(byte))
    }
    try addNode(kind)
    switch kind {
    case .object, .array:
      guard open.count < limits.depth else { throw failure(.tooDeep(limit: limits.depth)) }
      open.append(Level(node: node, isObject: kind == .object))
      position += 1
      expectation = kind == .object ? .nameOrEnd : .valueOrEnd
      return
    case .string: nodes[node].isEscaped = try readString()
    case .number: try readNumber()
    case .null: try readWord("null")
    case .bool: try readWord(byte == 0x74 ? "true" : "false")
    }
    completeValue(node)
  }

  /// Reads the name of a member and the colon.
  private mutating func readName() throws(JSONError) {
    let node = nodes.count
    try addNode(.string)
    nodes[node].isEscaped = try readString()
    complete(node)
    open[open.count - 1].name = node
    skipSpace()
    guard position < text.count else { throw failure(.unexpectedEnd) }
    guard text[position] == 0x3a else { throw failure(.unexpectedByte(text[position])) }
    position += 1
    expectation = .value
  }

  private mutating func close() {
    position += 1
    if let level = open.popLast() { completeValue(level.node) }
  }

  private mutating func completeValue(_ node: Int) {
    complete(node)
    guard !open.isEmpty else { return expectation = .nothing }
    open[open.count - 1].count += 1
    expectation = .commaOrEnd
  }

  private mutating func addNode(_ kind: JSONKind) throws(JSONError) {
    guard nodes.count < limits.valueCount else {
      throw failure(.tooManyValues(limit: limits.valueCount))
    }
    nodes.append(JSONDocument.Node(start: UInt32(truncatingIfNeeded: position), kind: kind))
  }

  private mutating func complete(_ node: Int) {
    nodes[node].end = UInt32(truncatingIfNeeded: position)
    nodes[node].next = UInt32(truncatingIfNeeded: nodes.count)
  }

  // MARK: Errors

  func failure(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
    JSONError(reason, offset: offset ?? position, path: path)
  }

  /// The path of the value at the position, or of the array or object if the position is between its values.
  private var path: JSONPath {
    let document = JSONDocument(text: text, nodes: nodes)
    var path = JSONPath()
    for (index, level) in open.enumerated() {
      if index + 1 == open.count, !isAtValue { break }
      path.steps.append(
        level.isObject
          ? .member(String(decoding: document.string(level.name), as: UTF8.self))
          : .element(level.count))
    }
    return path
  }

  private var isAtValue: Bool {
    switch expectation {
    case .value, .valueOrEnd: true
    default: false
    }
  }
}
