// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// An element of a parsed file, with its place in it.
public struct XMLElement: Sendable {
  public struct Attribute: Hashable, Sendable {
    /// Without a namespace prefix.
    public var name: String
    public var value: String
    /// Whether it has a namespace; the Microkit tool checks such an attribute's name and never reads it.
    public var isQualified: Bool
    public var location: SourceLocation
  }

  /// Without a namespace prefix, as the Microkit tool compares names.
  public var name: String
  public var attributes: [Attribute]
  public var children: [XMLElement]
  /// Where text other than white space stands directly inside; the first such place.
  public var stray: SourceLocation?
  public var location: SourceLocation

  public func attribute(_ name: String) -> Attribute? {
    attributes.first { $0.name == name && !$0.isQualified }
  }
}

/// A file that is no well-formed XML, or none that the Microkit tool reads.
public struct XMLError: Error, Hashable {
  public enum Problem: Hashable, Sendable {
    /// The parser's own words.
    case malformed(String)
    case documentType
    case declaration
    case tooDeep(limit: Int)
    case outOfMemory
  }

  public var location: SourceLocation
  public var problem: Problem
}

extension XMLError: DiagnosableError {
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
    case .tooDeep(let limit):
      return [Finding(rule: "xml", at: place, "elements are nested deeper than \(limit)")]
    case .outOfMemory:
      return [Finding(rule: "xml", at: place, "out of memory")]
    }
  }
}
