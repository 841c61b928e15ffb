// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// A language that programs of protection domains are written in.
public enum HeaderLanguage: String, CaseIterable, Hashable, Sendable {
  /// An enumeration for each domain, also for Embedded Swift.
  case swift
  /// Macros, for C99 and C++.
  case c
  /// A module for each domain, without `std`.
  case rust

  /// With the dot: ".h"
  public var fileExtension: String {
    switch self {
    case .swift: ".swift"
    case .c: ".h"
    case .rust: ".rs"
    }
  }

  func domainName(_ words: Words) -> String {
    let words = words.startingWithLetter(after: "pd")
    switch self {
    case .swift: return words.typeCase
    case .c: return words.constantCase
    case .rust: return words.snakeCase
    }
  }

  /// The names that a domain cannot have.
  var keywords: Set<String> {
    switch self {
    case .swift: SwiftHeader.typeKeywords
    case .c: []
    case .rust: RustHeader.keywords
    }
  }
}
