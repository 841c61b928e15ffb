// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

/// The kinds of JSON values.
public enum JSONKind: UInt8, Equatable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool
  /// A number.
  case number
  /// A string.
  case string
  /// An array.
  case array
  /// An object.
  case object
}

/// A parsed text: its bytes, and a flat list of its values in their order, so that neither reading nor freeing it recurses.
/// An object's members are names and values in turn. Strings and numbers stay in the text until they are asked for.
final class JSONDocument: Sendable {
  /// A value, or the name of a member.
  struct Node: Sendable {
    /// The first byte of the value; of a string the quotation mark.
    var start: UInt32
    /// Behind its last byte.
    var end: UInt32 = 0
    /// The index of the first node that is not part of this one.
    var next: UInt32 = 0
    var kind: JSONKind
    /// A string has escapes.
    var isEscaped = false
  }

  let text: [UInt8]
  /// The outermost value comes first.
  let nodes: [Node]

  init(text: [UInt8], nodes: [Node]) {
    self.text = text
    self.nodes = nodes
  }

  /// Where a node is in the text.
  func range(_ index: Int) -> Range<Int> {
    let node = nodes[index]
    return Int(node.start)..<Int(node.end)
  }

  /// The content of a string.
  func string(_ index: Int) -> [UInt8] {
    let range = range(index)
    let content = range.lowerBound + 1..<range.upperBound - 1
    let text = text
    guard nodes[index].isEscaped else {
      return [UInt8](copying: text.span.extracting(content))
    }
    return JSONEscapes.decode(text.span.extracting(content))
  }

  /// Whether the content of a string is `name`.
  func string(_ index: Int, equals name: Span<UInt8>) -> Bool {
    if nodes[index].isEscaped { return string(index).span.equals(name) }
    let (range, text) = (range(index), text)
    return text.span.extracting(range.lowerBound + 1..<range.upperBound - 1).equals(name)
  }

  /// A value as it stands in the text.
  func source(_ index: Int) -> [UInt8] {
    let text = text
    return [UInt8](copying: text.span.extracting(range(index)))
  }

  /// The path of a node, found from the outermost value down.
  func path(_ target: Int) -> JSONPath {
    var path = JSONPath()
    var container = 0
    while container < target {
      let isObject = nodes[container].kind == .object
      var (child, position) = (container + 1, 0)
      // The child that contains the target; the name of a member counts as its value.
      while true {
        let value = isObject ? child + 1 : child
        if target < Int(nodes[value].next) {
          path.steps.append(
            isObject
              ? .member(String(decoding: string(child), as: UTF8.self)) : .element(position))
          container = target == child ? target : value
          break
        }
        child = Int(nodes[value].next)
        position += 1
      }
    }
    return path
  }
}
