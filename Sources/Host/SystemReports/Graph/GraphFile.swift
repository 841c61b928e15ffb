// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO

/// What kind of picture a file name asks for.
public enum GraphFormat: String, CaseIterable, Hashable, Sendable {
  case svg
  case png
  case pdf
  /// The DOT text itself, for other tools; also as `.gv`.
  case dot

  /// Nil if the name ends in none of the known ways.
  public init?(fileName: String) {
    guard let dot = fileName.lastIndex(of: ".") else { return nil }
    let suffix = fileName[fileName.index(after: dot)...].lowercased()
    self.init(rawValue: suffix == "gv" ? "dot" : suffix)
  }
}

/// Writes a graph as the kind of file that its name asks for, through Graphviz's `dot` where a layout
/// is needed.
///
/// - Parameter program: Graphviz's program, searched on PATH.
/// - Throws: `GraphError`; a file that was there is then as it was.
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
