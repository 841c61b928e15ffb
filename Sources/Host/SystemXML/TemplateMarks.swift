// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// Text that a generator must replace before a file describes a system.
public struct TemplateMark: Hashable, Sendable {
  /// Which generator.
  public enum Kind: Hashable, Sendable {
    /// A directive of the C preprocessor: `#include`, `#define`, `#ifdef`.
    case directive
    /// What the C preprocessor leaves without -P: `# 1 "file"`.
    case lineMarker
    /// An expression or statement of Jinja and similar engines: `{{ name }}`, `{% if %}`.
    case expression
    /// A name for CMake, sed or envsubst to replace: `@NAME@`, `${NAME}`.
    case placeholder
  }

  /// Which generator replaces it.
  public var kind: Kind
  /// As in the file: "#include".
  public var text: String
  /// Where it begins.
  public var location: SourceLocation
}

extension TemplateMark.Kind {
  /// Whether this has no meaning in XML, in whatever place.
  public var isPreprocessor: Bool { self == .directive || self == .lineMarker }

  /// What is wrong with a file that has `text`.
  public func message(_ text: String) -> String {
    switch self {
    case .directive:
      "'\(text)': the file is a template for the C preprocessor, not a system description yet"
    case .lineMarker:
      "'\(text)': the C preprocessor has left its line markers in the file"
    case .expression:
      "'\(text)': the file is a template, for Jinja or a similar engine, not a system description yet"
    case .placeholder:
      "'\(text)': the file is a template with placeholders, not a system description yet"
    }
  }

  /// What to do.
  public var fix: String {
    switch self {
    case .directive:
      "run cpp -P FILE > NEW, with the -I and -D options of your build, and check the result"
    case .lineMarker: "run cpp with -P, and check the result"
    case .expression: "render the template, and check the result"
    case .placeholder: "let your build replace its placeholders, and check the result"
    }
  }
}

/// Everything outside comments that looks like a template, in the order of the file.
public func findTemplateMarks(in bytes: [UInt8], file: String) -> [TemplateMark] {
  // Most files have none of their characters.
  guard bytes.contains(where: isMarkCharacter) else { return [] }
  var marks: [TemplateMark] = []
  var isComment = false
  for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    .enumerated()
  {
    let text = withoutComments(line, &isComment)
    guard let (kind, range) = templateMark(in: text) else { continue }
    let column = text[..<range.lowerBound].count { $0 & 0xc0 != 0x80 } + 1
    marks.append(
      TemplateMark(
        kind: kind, text: String(decoding: text[range], as: UTF8.self),
        location: SourceLocation(file: file, line: index + 1, column: column)))
  }
  return marks
}

/// The line with spaces for comments, so that columns stay.
private func withoutComments(_ line: ArraySlice<UInt8>, _ isComment: inout Bool) -> [UInt8] {
  var result = Array(line)
  var offset = 0
  while offset < result.count {
    if !isComment, result[offset...].starts(with: "<!--".utf8) {
      isComment = true
    } else if isComment, result[offset...].starts(with: "-->".utf8) {
      isComment = false
      for index in offset..<offset + 3 { result[index] = UInt8(ascii: " ") }
    }
    // A continuation byte stays one, because columns count characters.
    if isComment, result[offset] & 0xc0 != 0x80 { result[offset] = UInt8(ascii: " ") }
    offset += 1
  }
  return result
}

private func templateMark(in line: [UInt8]) -> (TemplateMark.Kind, Range<Int>)? {
  if let found = preprocessorMark(in: line) { return found }
  for start in line.indices {
    switch line[start] {
    case UInt8(ascii: "{"):
      if let end = expressionEnd(in: line, from: start) { return (.expression, start..<end) }
    case UInt8(ascii: "@"):
      let end = start + 1 + nameLength(line[(start + 1)...])
      if end > start + 1, end < line.count, line[end] == UInt8(ascii: "@") {
        return (.placeholder, start..<end + 1)
      }
    case UInt8(ascii: "$"):
      guard start + 1 < line.count, line[start + 1] == UInt8(ascii: "{") else { continue }
      let end = start + 2 + nameLength(line[(start + 2)...])
      if end > start + 2, end < line.count, line[end] == UInt8(ascii: "}") {
        return (.placeholder, start..<end + 1)
      }
    default: break
    }
  }
  return nil
}

/// C 23, 6.10: a number sign that begins a line, and a directive's name.
private func preprocessorMark(in line: [UInt8]) -> (TemplateMark.Kind, Range<Int>)? {
  let directives: Set<String> = [
    "include", "define", "undef", "if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else",
    "endif", "error", "warning", "pragma", "line",
  ]
  guard let start = line.firstIndex(where: { !isBlank($0) }), line[start] == UInt8(ascii: "#"),
    let wordStart = line[(start + 1)...].firstIndex(where: { !isBlank($0) })
  else { return nil }
  let wordEnd = wordStart + nameLength(line[wordStart...])
  let word = String(decoding: line[wordStart..<wordEnd], as: UTF8.self)
  if directives.contains(word) { return (.directive, start..<wordEnd) }
  guard !word.isEmpty, word.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
    line[wordEnd...].starts(with: " \"".utf8)
  else { return nil }
  return (.lineMarker, start..<(line.last == UInt8(ascii: "\r") ? line.count - 1 : line.count))
}

/// The end of `{{ ... }}` or `{% ... %}` on one line.
private func expressionEnd(in line: [UInt8], from start: Int) -> Int? {
  for (opening, closing) in [("{{", "}}"), ("{%", "%}")]
  where line[start...].starts(with: opening.utf8) {
    var end = start + 2
    while end + 1 < line.count {
      if line[end...].starts(with: closing.utf8) { return end + 2 }
      end += 1
    }
  }
  return nil
}

private func isMarkCharacter(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "#") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: "@")
    || byte == UInt8(ascii: "$")
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// The length of the name or number at the start of `text`.
private func nameLength(_ text: ArraySlice<UInt8>) -> Int {
  text.prefix {
    switch $0 {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }.count
}
