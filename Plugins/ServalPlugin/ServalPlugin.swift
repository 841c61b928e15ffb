// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Foundation
import PackagePlugin

/// `swift package serval ARGUMENTS` is the serval command, with the package's own systems if it has any.
///
/// `swift package serval run`, without a system file, builds the package's programs and runs them in their system.
@main
struct ServalPlugin: CommandPlugin {
  func performCommand(context: PluginContext, arguments: [String]) async throws {
    let package = OwnPackage(context)
    do {
      if arguments.first == "run", !package.isServal, !Self.namesFile(arguments.dropFirst()) {
        return try run(package, Array(arguments.dropFirst()))
      }
      try OwnPackage.run(tool(package).path, arguments, called: "serval")
    } catch let failure as PluginFailure {
      Diagnostics.error(failure.description)
    }
  }

  private static func namesFile(_ arguments: ArraySlice<String>) -> Bool {
    arguments.contains { $0.hasSuffix(".system") || $0.hasSuffix(".xml") || $0 == "--help" }
  }

  /// Builds and runs the package's programs.
  private func run(_ package: OwnPackage, _ arguments: [String]) throws {
    guard !package.programs.isEmpty else {
      throw PluginFailure(
        "this package has no program for a protection domain: let an executable target depend on the product Web, Sessions "
          + "or ProtectionDomains of Serval, or name a system file")
    }
    let words = RunWords(arguments)
    try OwnPackage.make(
      "run", package.variables(packageManager) + package.given(words.variables))
  }

  /// The package's own tool, or Serval's.
  private func tool(_ package: OwnPackage) throws -> URL {
    if let own = try package.tool(packageManager) { return own }
    if let given = ProcessInfo.processInfo.environment["SERVAL_TOOL"] {
      return URL(fileURLWithPath: given)
    }
    if package.isServal {
      let built = try package.variables(packageManager).last ?? ""
      return URL(fileURLWithPath: String(built.dropFirst("SERVAL=".count)))
    }
    try OwnPackage.make("build", [])
    return OwnPackage.checkout.appending(path: ".build/release/serval")
  }
}
