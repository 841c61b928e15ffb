// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemXML

/// Changes to the text of a file, made all at once. Everything else stays as it is: comments, order,
/// white space, quotes.
struct TextEdits {
  private struct Edit {
    var range: Range<Int>
    var text: [UInt8]
  }

  let bytes: [UInt8]
  private var edits: [Edit] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { edits.count }

  /// The new text.
  var applied: [UInt8] {
    var result: [UInt8] = []
    var position = 0
    for edit in sorted {
      result += bytes[position..<max(edit.range.lowerBound, position)]
      result += edit.text
      position = max(position, edit.range.upperBound)
    }
    return result + bytes[position...]
  }

  /// Where a byte of the new text was in the old one, or for an insertion the byte before which it
  /// is.
  func sourceOffset(of offset: Int) -> Int {
    var (position, written) = (0, 0)
    for edit in sorted {
      let kept = edit.range.lowerBound - position
      if offset < written + kept { break }
      if offset < written + kept + edit.text.count { return edit.range.lowerBound }
      written += kept + edit.text.count
      position = edit.range.upperBound
    }
    return min(bytes.count, position + offset - written)
  }

  /// Insertions at one place keep their order, before whatever is removed there.
  private var sorted: [Edit] {
    edits.enumerated().sorted {
      ($0.element.range.lowerBound, $0.element.range.upperBound, $0.offset)
        < ($1.element.range.lowerBound, $1.element.range.upperBound, $1.offset)
    }.map(\.element)
  }

  // MARK: Attributes

  /// Removes an attribute with the white space before it.
  mutating func remove(_ attribute: XMLElement.Attribute) {
    var start = attribute.range.lowerBound
    while start > 0, isSpace(bytes[start - 1]) { start -= 1 }
    edits.append(Edit(range: start..<attribute.range.upperBound, text: []))
  }

  /// Adds an attribute after the others, separated and quoted as the last one is. The value must
  /// need no escapes.
  mutating func add(_ name: String, _ value: String, to element: XMLElement) {
    var separator: [UInt8] = [UInt8(ascii: " ")]
    var (quote, end) = (UInt8(ascii: "\""), nameEnd(of: element))
    if let last = element.attributes.last {
      var start = last.range.lowerBound
      while start > 0, isSpace(bytes[start - 1]) { start -= 1 }
      // On a line of its own only if each attribute is.
      if element.attributes.count > 1 { separator = Array(bytes[start..<last.range.lowerBound]) }
      (quote, end) = (bytes[last.range.upperBound - 1], last.range.upperBound)
    }
    let text = separator + "\(name)=".utf8 + [quote] + value.utf8 + [quote]
    edits.append(Edit(range: end..<end, text: text))
  }

  private func nameEnd(of element: XMLElement) -> Int {
    element.startTag.dropFirst().first {
      isSpace(bytes[$0]) || bytes[$0] == UInt8(ascii: "/") || bytes[$0] == UInt8(ascii: ">")
    } ?? element.startTag.upperBound
  }

  // MARK: Elements

  /// Removes an element, with its lines if nothing else is on them.
  mutating func remove(_ element: XMLElement) {
    var (start, end) = (element.range.lowerBound, element.range.upperBound)
    while start > 0, isBlank(bytes[start - 1]) { start -= 1 }
    while end < bytes.count, isBlank(bytes[end]) { end += 1 }
    let beginsLine = start == 0 || bytes[start - 1] == UInt8(ascii: "\n")
    let endsLine = end < bytes.count && bytes[end] == UInt8(ascii: "\n")
    let range = beginsLine && endsLine ? start..<end + 1 : element.range
    edits.append(Edit(range: range, text: []))
  }

  private func isSpace(_ byte: UInt8) -> Bool { isBlank(byte) || byte == UInt8(ascii: "\n") }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}
