// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO

extension EmbeddedSources {
  /// Makes the sources in the folder `output` if anything in `folder` has changed, and writes those that
  /// are then different. Its last act is to write `output/stamp`, an input of the build command: so the
  /// next build runs the command again, and no change is missed.
  ///
  /// - Parameter tool: the running program, of which another version may make other sources.
  public static func update(
    from folder: String, to output: String, tool: String
  ) throws(EmbeddingError) {
    let tree = try SourceTree(folder)
    let stamp = "\(output)/stamp"
    let state = Array("\(folder)\n\(FileState(tool)?.text ?? "")\n\(tree.state)".utf8)
    do throws(FileError) {
      try Files.makeDirectory(output)
      let isUnchanged = try holds(stamp, state)
      if !isUnchanged || names.contains(where: { !Files.exists("\(output)/\($0)") }) {
        for (name, bytes) in EmbeddedSources(try tree.read()).sources {
          let path = "\(output)/\(name)"
          if try !holds(path, bytes) { try Files.replace(path, with: bytes) }
        }
      }
      try Files.replace(stamp, with: state)
    } catch {
      throw EmbeddingError([.file(error)])
    }
  }

  private static func holds(_ path: String, _ bytes: [UInt8]) throws(FileError) -> Bool {
    guard Files.exists(path) else { return false }
    return try Files.read(path) == bytes
  }
}
