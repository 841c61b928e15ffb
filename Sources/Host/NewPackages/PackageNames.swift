// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// The names in a new package, which follow from its own.
public struct PackageNames: Equatable, Sendable {
  /// The package, its program and its protection domain: `my-site`.
  public let package: String
  /// The module that the compiler makes of it: `my_site`.
  public let module: String
  /// The same as the beginning of a type's name: `MySite`.
  public let type: String

  /// Nil unless the name is 1 to 40 ASCII letters, digits, '-' or '_', begins with a letter, and is neither a keyword nor the
  /// name of one of Swift's or Serval's modules or programs.
  public init?(_ name: String) {
    let isPlain = name.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard isPlain, name.utf8.count <= 40, name.first?.isLetter == true else { return nil }
    package = name
    module = String(name.map { $0 == "-" ? "_" : $0 })
    type = name.split { $0 == "-" || $0 == "_" }
      .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    guard !ReservedNames.contains(module) else { return nil }
  }
}
