// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO

/// The Swift sources into which the plugin `EmbedFiles` turns a folder: `Files.swift`, whose type `Files` has
/// a member for each file, and several more with the bytes.
///
/// A file's bytes lie in a source chosen by its path. An edit changes one of them, so that the compiler need
/// not read all of them again where it compiles file by file.
public struct EmbeddedSources {
  /// Names and bytes of the sources.
  public private(set) var sources: [(name: String, bytes: [UInt8])] = []

  /// How many sources hold bytes.
  static let shardCount = 8

  /// The sources' names, which Plugins/EmbedFiles has, too.
  static let names = ["Files.swift"] + (0..<shardCount).map { "FilesContent\($0).swift" }

  init(_ files: [SourceFile]) {
    var shards = [[UInt8]](repeating: Array(Self.shardHeader.utf8), count: Self.shardCount)
    for file in files {
      let id = Self.id(of: file)
      Self.append(file, id.name, to: &shards[id.shard])
    }
    let all = [Array(Self.index(files).utf8)] + shards
    sources = zip(Self.names, all).map { (name: $0, bytes: $1) }
  }

  // MARK: Bytes

  private static let shardHeader = """
    // Made by embed-files. Changes are lost.

    import EmbeddedFiles

    """

  /// What a file's declarations are called, which does not depend on other files, and its source.
  private static func id(of file: SourceFile) -> (name: String, shard: Int) {
    let hash = ContentBytes.hash(Array(file.path.utf8)).high
    return (ContentLiteral.hex(hash), Int(hash % UInt64(shardCount)))
  }

  private static func append(_ file: SourceFile, _ id: String, to source: inout [UInt8]) {
    let literal = ContentLiteral(file.bytes, name: "bytes_\(id)")
    source += literal.declarations
    let gzip = ContentBytes.gzip(file.bytes).map { ContentLiteral($0, name: "gzip_\(id)") }
    if let gzip { source += gzip.declarations }
    source += Array("\nfunc embedded_\(id)() -> EmbeddedFile {\n  EmbeddedFile(\n    ".utf8)
    ContentLiteral.append(text: Array(file.path.utf8), to: &source)
    source += Array(",\n    ".utf8) + literal.expression
    if let gzip { source += Array(",\n    gzip: ".utf8) + gzip.expression }
    source += Array(")\n}\n".utf8)
  }

  // MARK: Names

  private static func index(_ files: [SourceFile]) -> String {
    let identifiers = Identifiers(files)
    var members = ""
    var cases = ""
    for (index, file) in files.enumerated() {
      cases += "    case \(index): embedded_\(id(of: file).name)()\n"
      let place = "\(printable(file.path)), \(file.bytes.count) bytes"
      guard let identifier = identifiers.identifier(of: file.path) else {
        members += "\n  // \(place): only by its path, as another file would have the same name.\n"
        continue
      }
      members += """

          /// \(place).
          public static var \(identifier): EmbeddedFile {
            @export(interface) get { embedded_\(id(of: file).name)() }
          }

        """
    }
    return """
      // Made by embed-files. Changes are lost.

      import EmbeddedFiles

      /// The files of a folder, as part of the program.
      public enum Files {
        /// All of them, which are found by path.
        public static var all: EmbeddedFiles { allFiles() }

        /// The file of a number, in the order of paths.
        // Other modules call it, and do not get a copy of all bytes.
        @export(interface)
        public static func file(_ index: Int) -> EmbeddedFile {
          switch index {
      \(cases)    default: preconditionFailure()
          }
        }
      \(members)}

      private func allFiles() -> EmbeddedFiles {
        EmbeddedFiles(count: \(files.count)) { Files.file($0) }
      }

      """
  }

  /// A path for a comment.
  private static func printable(_ path: String) -> String {
    var text = ""
    for scalar in path.unicodeScalars {
      let isPlain = scalar.value >= 0x20 && scalar.value != 0x7f && !scalar.properties.isWhitespace
      text += isPlain || scalar == " " ? String(scalar) : "?"
    }
    return text
  }
}
