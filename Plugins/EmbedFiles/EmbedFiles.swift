// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Foundation
import PackagePlugin

/// Embeds the files of a folder `Files` in the target that uses this plugin: a folder beside the target's
/// sources, or else one at the package's root. docs/embedded-files.md says what the target gets.
@main
struct EmbedFiles: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) async throws -> [Command] {
    let places = [target.directoryURL, context.package.directoryURL].map {
      $0.appendingPathComponent("Files", isDirectory: true)
    }
    guard let folder = places.first(where: Self.isFolder) else {
      Diagnostics.error(
        "there is no folder to embed in '\(target.name)'; create \(places[0].path) or \(places[1].path)"
      )
      return []
    }
    let output = context.pluginWorkDirectoryURL
    // The tool writes it each time, so that it runs in each build: SwiftPM does not ask the plugin again when
    // a subfolder appears.
    let stamp = output.appendingPathComponent("stamp")
    if !FileManager.default.fileExists(atPath: stamp.path) { try Data().write(to: stamp) }
    // The names that `EmbeddedSources` gives to its sources.
    let sources = ["Files.swift"] + (0..<8).map { "FilesContent\($0).swift" }
    return [
      .buildCommand(
        displayName: "Embedding \(folder.lastPathComponent) in \(target.name)",
        executable: try context.tool(named: "embed-files").url,
        arguments: [folder.path, output.path],
        // SwiftPM warns of files beside sources that no command reads.
        inputFiles: [stamp] + (folder == places[0] ? Self.files(in: folder) : []),
        outputFiles: sources.map { output.appendingPathComponent($0) })
    ]
  }

  private static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func files(in folder: URL) -> [URL] {
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return all?.compactMap { $0 as? URL }.filter { !isFolder($0) } ?? []
  }
}
