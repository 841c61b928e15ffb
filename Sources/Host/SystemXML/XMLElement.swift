// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// An element of a parsed file, with its position.
public struct XMLElement: Sendable {
  /// A name and value in a start tag.
  public struct Attribute: Hashable, Sendable {
    /// Without a namespace prefix.
    public var name: String
    /// With entities resolved.
    public var value: String
    /// Whether it has a namespace: the Microkit tool checks the name of such an attribute but never
    /// reads it.
    public var isQualified: Bool
    /// Where the name begins.
    public var location: SourceLocation
    /// Its bytes in the file, from the name to the closing quote.
    public var range: Range<Int>
  }

  /// Without a namespace prefix, as the Microkit tool compares names.
  public var name: String
  /// In the order of the file, without namespace declarations.
  public var attributes: [Attribute]
  /// In the order of the file.
  public var children: [XMLElement]
  /// Position of the first text directly inside that is not white space; nil if there is none.
  public var stray: SourceLocation?
  /// Where the start tag begins.
  public var location: SourceLocation
  /// The bytes of the start tag.
  public var startTag: Range<Int>
  /// The bytes of the whole element, with its end tag.
  public var range: Range<Int>

  /// The attribute of that name without a namespace.
  public func attribute(_ name: String) -> Attribute? {
    attributes.first { $0.name == name && !$0.isQualified }
  }
}

/// A file that is not well-formed XML, or that the Microkit tool cannot read.
public struct XMLError: Error, Hashable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// Not well-formed; the text is expat's.
    case malformed(String)
    /// It has a DOCTYPE.
    case documentType
    /// Its XML declaration is malformed.
    case declaration
    /// It is not UTF-8.
    case encoding(EncodingError)
    /// It is not well-formed because it is a template.
    case template(TemplateMark.Kind, String)
    /// Elements are nested deeper than `limit`.
    case tooDeep(limit: Int)
    /// expat found no memory.
    case outOfMemory
  }

  /// Where parsing stopped.
  public var location: SourceLocation
  /// What is wrong.
  public var problem: Problem
}

extension XMLError: DiagnosableError {
  /// One finding: `xml`, `encoding` or `template`.
  public var findings: [Finding] {
    let place = Place.source(location)
    switch problem {
    case .malformed(let text):
      return [Finding(rule: "xml", at: place, "not well-formed XML: \(text)")]
    case .documentType:
      return [
        Finding(
          rule: "xml", at: place, "document types are not supported",
          fix: "remove the DOCTYPE declaration")
      ]
    case .declaration:
      return [
        Finding(
          rule: "xml", at: place, "the XML declaration is malformed",
          fix: "write <?xml version=\"1.0\" encoding=\"UTF-8\"?>, or leave it out")
      ]
    case .encoding(let error):
      return [Finding(rule: "encoding", at: place, error.message, fix: error.fix)]
    case .template(let kind, let text):
      return [Finding(rule: "template", at: place, kind.message(text), fix: kind.fix)]
    case .tooDeep(let limit):
      return [Finding(rule: "xml", at: place, "elements are nested deeper than \(limit)")]
    case .outOfMemory:
      return [Finding(rule: "xml", at: place, "out of memory")]
    }
  }
}
