// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ArgumentParser
import Diagnostics
import HostIO
import NewPackages

struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Makes a Swift package for a program or a system of your own.",
    discussion: """
      The package builds as it is; its README says how to run it. Kinds: \
      \(PackageKind.allCases.map { "\($0.rawValue) (\($0.summary))" }.joined(separator: "; ")).
      """)

  @Argument(
    help: "Kind: site, program or system.",
    completion: .list(PackageKind.allCases.map(\.rawValue)))
  var kind: String

  @Argument(
    help: "Directory to make. Its name becomes the package's.", completion: .directory)
  var directory: String

  @Option(
    help: ArgumentHelp(
      "Where the package gets Serval from: a checkout, a repository, or a repository@version.",
      discussion: "By default the checkout that this tool was built in, if it is still there.",
      valueName: "location"))
  var serval: String?

  func run() throws {
    guard let kind = PackageKind(rawValue: kind) else { throw NewError.unknownKind(kind) }
    let name = directory.split(separator: "/").last.map { String($0) } ?? ""
    guard let names = PackageNames(name) else { throw NewError.badName(name) }
    let source = try source()
    let files = kind.files(names, source).map { ($0.path, Array($0.text.utf8)) }
    try Files.createDirectory(directory, holding: files)
    Terminal.print(
      """
      \(directory): \(kind.summary)
      next: cd \(Self.quoted(directory)) && swift run \(name)

      """)
  }

  /// A path as a word of a command, which does not begin like an option.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        || "0123456789/._-+".utf8.contains($0)
    }
    if isPlain, !path.hasPrefix("-") { return path }
    let word =
      "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
      + "'"
    return path.hasPrefix("-") ? "./\(word)" : word
  }

  private func source() throws -> ServalSource {
    guard let serval else {
      return Checkout.own.map { .checkout($0) }
        ?? .repository(ServalSource.url, from: ServalTool.version)
    }
    guard let source = ServalSource(serval, version: ServalTool.version) else {
      throw NewError.noVersion(serval)
    }
    guard case .checkout(let path) = source else { return source }
    guard let absolute = Files.absolutePath(path), Checkout.isCheckout(absolute) else {
      throw NewError.noCheckout(path)
    }
    return .checkout(absolute)
  }
}

/// Serval's sources on this machine.
enum Checkout {
  /// The one that this program was built in, below its `.build`.
  static var own: String? {
    guard let program = Files.absolutePath("/proc/self/exe") else { return nil }
    var parts = program.split(separator: "/")
    guard let build = parts.lastIndex(of: ".build") else { return nil }
    parts.removeSubrange(build...)
    let path = "/" + parts.joined(separator: "/")
    return isCheckout(path) ? path : nil
  }

  static func isCheckout(_ path: String) -> Bool {
    Files.exists("\(path)/Package.swift") && Files.exists("\(path)/make/package.sh")
  }
}

enum NewError: DiagnosableError, Hashable {
  case unknownKind(String)
  case badName(String)
  case noCheckout(String)
  case noVersion(String)

  var findings: [Finding] {
    switch self {
    case .unknownKind(let kind):
      let known = PackageKind.allCases.map(\.rawValue)
      return [
        Finding(
          rule: "option", "there is no kind of package '\(kind)'",
          fix: nearestName(to: kind, in: known).map { "did you mean '\($0)'?" }
            ?? "the kinds are \(known.joined(separator: ", "))")
      ]
    case .badName(let name):
      return [
        Finding(
          rule: "option", "'\(name)' cannot be the name of a package and its program",
          fix:
            "choose another directory: up to 40 letters, digits, '-' or '_', the first a letter, and neither a "
            + "keyword of Swift nor the name of one of Serval's modules or programs")
      ]
    case .noCheckout(let path):
      return [
        Finding(
          rule: "option", at: .option("--serval"), "'\(path)' is not a checkout of Serval",
          fix: "name its directory, or the URL of a repository")
      ]
    case .noVersion(let text):
      return [
        Finding(
          rule: "option", at: .option("--serval"), "'\(text)' does not end with a version",
          fix:
            "write three numbers after the last '@', as in \(ServalSource.url)@\(ServalTool.version)"
        )
      ]
    }
  }
}
