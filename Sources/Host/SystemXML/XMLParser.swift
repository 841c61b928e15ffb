// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CExpat
import Diagnostics

/// Parses XML into elements with positions, using expat.
///
/// Accepts what roxmltree 0.19 accepts, which the Microkit tool uses: UTF-8 whatever the
/// declaration says, XML 1.x, namespaces resolved, no document type.
///
/// - Parameter file: name for positions.
/// - Throws: `XMLError` for the first problem. For a file that is not well-formed because it is a
///   template, the problem is the first text that a generator must replace.
public func parseXML(_ bytes: [UInt8], file: String) throws(XMLError) -> XMLElement {
  if let (error, location) = EncodingError.find(in: bytes, file: file) {
    throw XMLError(location: location, problem: .encoding(error))
  }
  do throws(XMLError) {
    return try parseText(bytes, file: file)
  } catch {
    guard let mark = findTemplateMarks(in: bytes, file: file).first else { throw error }
    throw XMLError(location: mark.location, problem: .template(mark.kind, mark.text))
  }
}

private func parseText(_ bytes: [UInt8], file: String) throws(XMLError) -> XMLElement {
  let start = SourceLocation(file: file, line: 1, column: 1)
  guard let body = XMLDeclaration.blanked(bytes) else {
    throw XMLError(location: start, problem: .declaration)
  }
  let bytes = ProcessingInstructions.plain(body)
  guard let parser = XML_ParserCreateNS("UTF-8", namespaceSeparator) else {
    throw XMLError(location: start, problem: .outOfMemory)
  }
  defer { XML_ParserFree(parser) }
  let state = XMLParserState(parser: parser, bytes: bytes, file: file)
  let reference = Unmanaged.passUnretained(state)
  XML_SetUserData(parser, reference.toOpaque())
  installHandlers(on: parser)

  let status = bytes.withUnsafeBytes { buffer in
    XML_Parse(
      parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), 1)
  }
  if let error = state.error { throw error }
  guard status == XML_STATUS_OK, var root = state.root else {
    let text =
      XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "unknown error"
    throw XMLError(location: state.location, problem: .malformed(text))
  }
  if UnicodeForms.mayDiffer(in: bytes) {
    var forms = UnicodeForms()
    forms.mark(&root)
  }
  return root
}

/// Separates namespace and name in what expat reports; no XML document can contain this character.
private let namespaceSeparator: CChar = 1

/// System files need little nesting; unlimited nesting would exhaust the stack of recursive
/// readers.
private let depthLimit = 256

private final class XMLParserState {
  let parser: XML_Parser
  let bytes: [UInt8]
  let file: String
  var open: [XMLElement] = []
  var root: XMLElement?
  var error: XMLError?

  init(parser: XML_Parser, bytes: [UInt8], file: String) {
    self.parser = parser
    self.bytes = bytes
    self.file = file
  }

  var location: SourceLocation {
    SourceLocation(
      file: file, line: Int(XML_GetCurrentLineNumber(parser)),
      column: Int(XML_GetCurrentColumnNumber(parser)) + 1)
  }

  func stop(_ problem: XMLError.Problem) {
    if error == nil { error = XMLError(location: location, problem: problem) }
    XML_StopParser(parser, 0)
  }

  func begin(_ name: String, _ attributes: [(name: String, value: String)]) {
    if open.count == depthLimit { return stop(.tooDeep(limit: depthLimit)) }
    let location = location
    let places = attributePlaces(from: location)
    let offset = Int(XML_GetCurrentByteIndex(parser))
    let tag = offset..<offset + Int(XML_GetCurrentByteCount(parser))
    open.append(
      XMLElement(
        name: localName(name),
        attributes: attributes.enumerated().map { index, attribute in
          .init(
            name: localName(attribute.name), value: attribute.value,
            isQualified: attribute.name.utf8.contains(UInt8(namespaceSeparator)),
            location: index < places.count ? places[index].location : location,
            range: index < places.count ? places[index].range : tag)
        },
        children: [], stray: nil, location: location, startTag: tag, range: tag))
  }

  func end() {
    guard var element = open.popLast() else { return }
    let end = Int(XML_GetCurrentByteIndex(parser)) + Int(XML_GetCurrentByteCount(parser))
    element.range = element.startTag.lowerBound..<max(end, element.startTag.upperBound)
    if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
  }

  func text(_ text: String) {
    guard !open.isEmpty, open[open.count - 1].stray == nil,
      text.unicodeScalars.contains(where: { !$0.properties.isWhitespace })
    else { return }
    open[open.count - 1].stray = location
  }

  private func localName(_ name: String) -> String {
    guard let separator = name.utf8.lastIndex(of: UInt8(namespaceSeparator)) else { return name }
    return String(name[name.utf8.index(after: separator)...])
  }

  /// Places of the current start tag's attributes, in order, without namespace declarations.
  /// expat has accepted the tag.
  private func attributePlaces(from start: SourceLocation) -> [TagScanner.Attribute] {
    var scanner = TagScanner(
      bytes: bytes, offset: Int(XML_GetCurrentByteIndex(parser)), location: start)
    var places: [TagScanner.Attribute] = []
    scanner.skipName()
    while let attribute = scanner.nextAttribute() {
      if attribute.isNamespace { continue }
      places.append(attribute)
    }
    return places
  }
}

/// Scans the bytes of one start tag.
private struct TagScanner {
  struct Attribute {
    var location: SourceLocation
    var range: Range<Int>
    var isNamespace: Bool
  }

  let bytes: [UInt8]
  var offset: Int
  var location: SourceLocation

  private var byte: UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

  private mutating func advance() {
    guard let byte else { return }
    if byte == UInt8(ascii: "\n") {
      location.line += 1
      location.column = 1
    } else if byte & 0xc0 != 0x80 {
      // A continuation byte belongs to the character before it.
      location.column += 1
    }
    offset += 1
  }

  private mutating func skip(while condition: (UInt8) -> Bool) {
    while let byte, condition(byte) { advance() }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }

  mutating func skipName() {
    advance()
    skip {
      !Self.isSpace($0) && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/")
    }
  }

  mutating func nextAttribute() -> Attribute? {
    skip(while: Self.isSpace)
    guard let first = byte, first != UInt8(ascii: ">"), first != UInt8(ascii: "/") else {
      return nil
    }
    let (place, start) = (location, offset)
    skip { !Self.isSpace($0) && $0 != UInt8(ascii: "=") }
    let name = bytes[start..<offset]
    skip { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
    guard let quote = byte else { return nil }
    advance()
    skip { $0 != quote }
    advance()
    let isNamespace = name.elementsEqual("xmlns".utf8) || name.starts(with: "xmlns:".utf8)
    return Attribute(location: place, range: start..<offset, isNamespace: isNamespace)
  }
}

private func state(_ pointer: UnsafeMutableRawPointer?) -> XMLParserState? {
  pointer.map { Unmanaged<XMLParserState>.fromOpaque($0).takeUnretainedValue() }
}

private func installHandlers(on parser: XML_Parser) {
  XML_SetElementHandler(
    parser,
    { user, name, attributes in
      guard let state = state(user), let name else { return }
      var list: [(name: String, value: String)] = []
      var next = attributes
      while let key = next?[0], let value = next?[1] {
        list.append((String(cString: key), String(cString: value)))
        next = next?.advanced(by: 2)
      }
      state.begin(String(cString: name), list)
    },
    { user, _ in state(user)?.end() })
  XML_SetCharacterDataHandler(parser) { user, text, count in
    guard let state = state(user), let text else { return }
    let buffer = UnsafeBufferPointer(start: text, count: Int(count))
    state.text(String(decoding: buffer.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
  XML_SetStartDoctypeDeclHandler(parser) { user, _, _, _, _ in
    state(user)?.stop(.documentType)
  }
}
