// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Bytes

extension JSONValue {
  /// An object's member; the last one if several have the name. Nil if there is none, or this is not an object.
  public subscript(name: String) -> JSONValue? {
    var found: JSONValue?
    var places = JSONMembers(self)
    while let member = places.nextNodes() {
      if document.string(member.name, equals: name.utf8.span) {
        found = JSONValue(document, member.value)
      }
    }
    return found
  }

  /// An array's element; nil if there is none, or this is not an array. It is found from the beginning: to visit all,
  /// use `elements`.
  public subscript(position: Int) -> JSONValue? {
    guard position >= 0 else { return nil }
    var elements = elements
    for _ in 0..<position where elements.next() == nil { return nil }
    return elements.next()
  }

  /// An array's elements; none if this is not an array.
  public var elements: JSONElements { JSONElements(self) }

  /// An object's members in their order; none if this is not an object.
  public var members: JSONMembers { JSONMembers(self) }

  /// The number of elements or members, which are counted each time; 0 for other values.
  public var count: Int {
    var (count, all, pairs) = (0, elements, members)
    while all.next() != nil { count += 1 }
    while pairs.nextNodes() != nil { count += 1 }
    return count
  }
}

/// The elements of an array.
public struct JSONElements: Sequence, IteratorProtocol, Sendable {
  private let document: JSONDocument
  private var index: Int
  private let end: Int

  init(_ json: JSONValue) {
    document = json.document
    index = json.index + 1
    end = json.kind == .array ? Int(document.nodes[json.index].next) : index
  }

  /// The next element.
  public mutating func next() -> JSONValue? {
    guard index < end else { return nil }
    defer { index = Int(document.nodes[index].next) }
    return JSONValue(document, index)
  }
}

/// The members of an object.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
  private let document: JSONDocument
  private var index: Int
  private let end: Int

  init(_ json: JSONValue) {
    document = json.document
    index = json.index + 1
    end = json.kind == .object ? Int(document.nodes[json.index].next) : index
  }

  /// The next member.
  public mutating func next() -> (name: String, value: JSONValue)? {
    guard let nodes = nextNodes() else { return nil }
    let name = String(decoding: document.string(nodes.name), as: UTF8.self)
    return (name, JSONValue(document, nodes.value))
  }

  mutating func nextNodes() -> (name: Int, value: Int)? {
    guard index < end else { return nil }
    let name = index
    index = Int(document.nodes[name + 1].next)
    return (name, name + 1)
  }
}
