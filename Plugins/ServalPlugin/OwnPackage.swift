// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Foundation
import PackagePlugin

/// The package that a plugin runs for, and the checkout of Serval that it builds with. Both plugins have this file: the other
/// one by a link.
struct OwnPackage {
  /// What a program for a protection domain depends on.
  private static let domainProducts = ["Web", "Sessions", "ProtectionDomains"]
  /// What a tool with systems of its own depends on.
  private static let toolProduct = "Serval"

  private let context: PluginContext

  init(_ context: PluginContext) { self.context = context }

  /// Serval's own sources, whichever package we run for: a plugin is compiled in place.
  static let checkout = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Whether we run for Serval itself, where SwiftPM would wait for itself if we built again.
  var isServal: Bool {
    context.package.directoryURL.resolvingSymlinksInPath().path == Self.checkout.path
  }

  /// Names of the programs for protection domains.
  var programs: [String] { executables(dependingOn: Self.domainProducts).map(\.name) }

  /// The tool with this package's own systems, built; nil if it has none.
  func tool(_ manager: PackageManager) throws -> URL? {
    guard !isServal, let name = toolName else { return nil }
    return try Self.build(name, manager)
  }

  /// A program that shares a module of records with the tool uses Serval as well, so the tool is rather one that is no
  /// program, and one that depends on Serval itself.
  private var toolName: String? {
    let candidates = executables(dependingOn: [Self.toolProduct])
    let programs = Set(programs)
    let direct = candidates.filter { Self.names([Self.toolProduct], in: $0) }
    let others = { (targets: [SwiftSourceModuleTarget]) in
      targets.first { !programs.contains($0.name) }
    }
    return (others(direct) ?? others(candidates) ?? direct.first)?.name
  }

  /// Builds an executable on the host.
  private static func build(_ name: String, _ manager: PackageManager) throws -> URL {
    let result = try manager.build(
      .product(name), parameters: .init(configuration: .debug, echoLogs: false))
    let artifact = result.builtArtifacts.first { $0.kind == .executable }
    guard result.succeeded, let artifact else {
      throw PluginFailure("\(name) was not built:\n\(result.logText)")
    }
    return artifact.url
  }

  /// The make variables that say what to build, and with what. `make` builds the tool unless another one is given.
  func variables(_ manager: PackageManager) throws -> [String] {
    if isServal {
      _ = try Self.build("serval-emulator", manager)
      return ["TOOL=", "SERVAL=\(try Self.build("serval", manager).path)"]
    }
    var variables = ["PACKAGE=\(context.package.directoryURL.path)"]
    variables.append("PROGRAMS=\(programs.joined(separator: " "))")
    // Both explicitly: a make that runs SwiftPM exports its own.
    variables.append("PROGRAM=\(programs.first ?? "")")
    variables.append("SYSTEM=program")
    let given = ProcessInfo.processInfo.environment["SERVAL_TOOL"].map { URL(fileURLWithPath: $0) }
    if let own = try tool(manager) {
      variables += ["SYSTEM=\(context.package.displayName)", "SERVAL=\(own.path)"]
    } else if let given {
      variables.append("SERVAL=\(given.path)")
    }
    return variables + (given == nil ? [] : ["TOOL="])
  }

  /// Runs a program to its end.
  ///
  /// - Throws: unless it ends with status 0, or by an interrupt of the user's.
  static func run(_ program: String, _ arguments: [String], called name: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    // make/tied.sh watches it.
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SERVAL_PARENT": "\(ProcessInfo.processInfo.processIdentifier)"]
    ) { $1 }
    try process.run()
    process.waitUntilExit()
    guard process.terminationReason == .exit, [0, 130].contains(process.terminationStatus) else {
      throw PluginFailure("\(name) ended with status \(process.terminationStatus)")
    }
  }

  /// Runs make in the checkout.
  ///
  /// - Parameter variables: each as `NAME=VALUE`. make expands `$` in values, so it is doubled.
  static func make(_ goal: String, _ variables: [String]) throws {
    let variables = variables.map { $0.replacingOccurrences(of: "$", with: "$$") }
    try run(
      "/usr/bin/env", ["make", "--no-print-directory", "-C", checkout.path, goal] + variables,
      called: "make \(goal)")
  }

  /// The variables of the user's, for a make that runs in another directory: paths are relative to the package.
  func given(_ variables: [String]) -> [String] {
    let names = ["MICROKIT_SDK", "CERTIFICATE", "KEY"]
    let environment = names.compactMap { name in
      ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
    }
    return (environment + variables).map { variable in
      guard let name = names.first(where: { variable.hasPrefix("\($0)=") }), variable != "\(name)="
      else { return variable }
      let path = String(variable.dropFirst(name.count + 1))
      let url = URL(fileURLWithPath: path, relativeTo: context.package.directoryURL)
      return "\(name)=\(url.standardizedFileURL.path)"
    }
  }

  private func executables(dependingOn products: [String]) -> [SwiftSourceModuleTarget] {
    context.package.targets(ofType: SwiftSourceModuleTarget.self)
      .filter { $0.kind == .executable && uses(products, $0) }.sorted { $0.name < $1.name }
  }

  private static func names(_ products: [String], in target: Target) -> Bool {
    target.dependencies.contains {
      if case .product(let product) = $0 { products.contains(product.name) } else { false }
    }
  }

  private func uses(_ products: [String], _ target: Target) -> Bool {
    target.dependencies.contains { dependency in
      switch dependency {
      case .product(let product): products.contains(product.name)
      case .target(let other): uses(products, other)
      @unknown default: false
      }
    }
  }
}

/// Why a plugin ends.
struct PluginFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
