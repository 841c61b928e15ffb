// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Foundation
import PackagePlugin

/// `swift package microkit images|image|qemu NAME=VALUE...` does what `make` does with the same
/// arguments, also from a package that depends on this one. make/images.mk has the names.
@main
struct MicrokitPlugin: CommandPlugin {
  private static let goals = ["images", "image", "qemu"]

  func performCommand(context: PluginContext, arguments: [String]) async throws {
    guard let goal = arguments.first, Self.goals.contains(goal),
      arguments.dropFirst().allSatisfy({ $0.contains("=") })
    else {
      Diagnostics.error(
        "choose one: swift package microkit \(Self.goals.joined(separator: "|")) "
          + "[SYSTEM=...] [MICROKIT_SDK=...] [MICROKIT_BOARD=...] [MICROKIT_CONFIG=...]")
      return
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The tool is already built, and building it again would make SwiftPM wait for itself.
    process.arguments =
      ["make", "--no-print-directory", "-C", Self.sources.path]
      + [goal, "TOOL=", "SERVAL=\(try context.tool(named: "serval").url.path)"]
      + arguments.dropFirst()
    try process.run()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      Diagnostics.error("make \(goal) ended with status \(process.terminationStatus)")
      return
    }
  }

  /// Serval's own sources, whichever package we run for: a plugin is compiled in place.
  private static let sources = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
