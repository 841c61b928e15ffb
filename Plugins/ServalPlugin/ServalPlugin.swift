// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Foundation
import PackagePlugin

/// `swift package serval ARGUMENTS` builds and runs the serval command.
///
/// `generate` writes files: outside the sandbox's temporary directory, SwiftPM requires
/// `--allow-writing-to-package-directory` before the verb.
@main
struct ServalPlugin: CommandPlugin {
  func performCommand(context: PluginContext, arguments: [String]) async throws {
    let process = Process()
    process.executableURL = try context.tool(named: "serval").url
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      Diagnostics.error("serval ended with status \(process.terminationStatus)")
      return
    }
  }
}
