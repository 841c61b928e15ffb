// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// What `serval new` makes.
public enum PackageKind: String, CaseIterable, Sendable {
  /// A web program, for the built-in system `program`.
  case site
  /// A program with a protocol of its own over TCP, for the same system.
  case program
  /// A system of your own, with a tool that knows it, a program, and a record that both know.
  case system

  /// One line for help texts.
  public var summary: String {
    switch self {
    case .site: "a web site: routes, embedded files, tests"
    case .program: "a program that speaks a protocol of its own over TCP"
    case .system: "a system of your own, its program, and a record that both know"
    }
  }

  /// The files of a new package, by path.
  public func files(_ names: PackageNames, _ serval: ServalSource) -> [PackageFile] {
    let own =
      switch self {
      case .site: siteFiles(names, serval)
      case .program: programFiles(names, serval)
      case .system: systemFiles(names, serval)
      }
    return [PackageFile(".gitignore", ".build/\nout/\n")] + own
  }
}

/// A file of a new package.
public struct PackageFile: Equatable, Sendable {
  /// Relative to the package's directory.
  public var path: String
  /// Its contents.
  public var text: String

  init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
  }
}
