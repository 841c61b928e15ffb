// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import PackagePlugin

/// `swift package microkit images|image|qemu NAME=VALUE...` does what `make` does with the same arguments, for the package's
/// own programs if it depends on Serval. make/images.mk has the names.
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
    do {
      let package = OwnPackage(context)
      try OwnPackage.make(
        goal, package.variables(packageManager) + package.given(Array(arguments.dropFirst())))
    } catch let failure as PluginFailure {
      Diagnostics.error(failure.description)
    }
  }
}
