// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO

/// A file format, by extension.
public enum GraphFormat: String, CaseIterable, Hashable, Sendable {
  /// Scalable vector graphics, for web pages.
  case svg
  /// A bitmap.
  case png
  /// A page for printing.
  case pdf
  /// The DOT text itself, for other tools; `.gv` is the same.
  case dot

  /// The format of a file name; nil for any other extension.
  public init?(fileName: String) {
    guard let dot = fileName.lastIndex(of: ".") else { return nil }
    let suffix = fileName[fileName.index(after: dot)...].lowercased()
    self.init(rawValue: suffix == "gv" ? "dot" : suffix)
  }
}

/// Writes a graph in the format of the file's extension; all but DOT need Graphviz.
///
/// - Parameter program: Graphviz's `dot`, found on PATH.
/// - Throws: `GraphError`, and leaves an existing file unchanged.
public func writeGraph(
  _ text: String, to path: String, program: String = "dot"
) throws(GraphError) {
  guard let format = GraphFormat(fileName: path) else { throw .unknownFormat(path: path) }
  let bytes = try picture(text, as: format, program: program)
  do throws(FileError) { try Files.replace(path, with: bytes) } catch { throw .file(error) }
}

private func picture(
  _ text: String, as format: GraphFormat, program: String
) throws(GraphError) -> [UInt8] {
  if format == .dot { return Array(text.utf8) }
  let result: Subprocess.Result
  do throws(SubprocessError) {
    result = try Subprocess.run([program, "-T\(format.rawValue)"], input: Array(text.utf8))
  } catch { throw .program(error) }
  if result.status != 0 {
    throw .layoutFailed(program: program, status: result.status, message: result.errors)
  }
  return result.output
}
