// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc

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
/// `program` is searched on PATH. An existing file is replaced; a failed layout leaves no new one.
public func writeGraph(
  _ text: String, to path: String, program: String = "dot"
) throws(GraphError) {
  guard let format = GraphFormat(fileName: path) else { throw .unknownFormat(path: path) }
  if format == .dot {
    try write(text, to: path)
    return
  }
  // Unlinked at once by the C library: nothing is left behind, and no pipe can fill up.
  guard let input = tmpfile() else { throw .noTemporaryFile(code: errno) }
  defer { fclose(input) }
  guard let messages = tmpfile() else { throw .noTemporaryFile(code: errno) }
  defer { fclose(messages) }
  if fputs(text, input) < 0 || fflush(input) != 0 { throw .noTemporaryFile(code: errno) }
  rewind(input)

  let status = try spawn(
    [program, "-T\(format.rawValue)", "-o", path], input: fileno(input), errors: fileno(messages))
  if status == 0 { return }
  rewind(messages)
  var buffer = [UInt8](repeating: 0, count: 4096)
  let count = fread(&buffer, 1, buffer.count, messages)
  throw .layoutFailed(
    program: program, status: status, message: String(decoding: buffer[..<count], as: UTF8.self))
}

private func write(_ text: String, to path: String) throws(GraphError) {
  guard let file = fopen(path, "w") else { throw .cannotWrite(path: path, code: errno) }
  let written = fputs(text, file)
  if fclose(file) != 0 || written < 0 { throw .cannotWrite(path: path, code: errno) }
}

/// Runs a program to its end; its exit status, or 128 and more for a signal, as shells count.
private func spawn(
  _ arguments: [String], input: Int32, errors: Int32
) throws(GraphError) -> Int32 {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
  var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
  defer { vector.forEach { free($0) } }
  vector.append(nil)

  var process: pid_t = 0
  let code = posix_spawnp(&process, arguments[0], &actions, nil, vector, environ)
  if code != 0 { throw .cannotRun(program: arguments[0], code: code) }
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0 {
    if errno != EINTR { throw .cannotRun(program: arguments[0], code: errno) }
  }
  let signal = status & 0x7f
  return signal == 0 ? (status >> 8) & 0xff : 128 + signal
}
