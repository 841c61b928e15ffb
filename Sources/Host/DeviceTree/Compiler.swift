// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import Glibc

// Runs dtc. Its input and output are temporary files: unlike pipes, they cannot deadlock.

/// `compiler` is a parameter for the sake of tests.
func compileDeviceTree(
  source: [UInt8], file: String, compiler: String = "dtc"
) throws(DeviceTreeError) -> [UInt8] {
  let input = try TemporaryFile(for: file)
  defer { input.close() }
  try input.write(source)
  return try compile(["-"], input: input.descriptor, file: file, compiler: compiler)
}

func compileDeviceTree(path: String) throws(DeviceTreeError) -> [UInt8] {
  // Opened here too, so that a missing file is told apart from what dtc has to say.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw DeviceTreeError(file: path, .unreadable(errno: errno)) }
  defer { close(descriptor) }
  // A name that starts with a hyphen would be an option.
  return try compile([path.hasPrefix("-") ? "./\(path)" : path], input: descriptor, file: path)
}

func readFile(_ path: String) throws(DeviceTreeError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw DeviceTreeError(file: path, .unreadable(errno: errno)) }
  defer { close(descriptor) }
  return try read(descriptor, file: path)
}

private func compile(
  _ arguments: [String], input: Int32, file: String, compiler: String = "dtc"
) throws(DeviceTreeError) -> [UInt8] {
  let output = try TemporaryFile(for: file)
  defer { output.close() }
  let messages = try TemporaryFile(for: file)
  defer { messages.close() }
  let status = try spawn(
    [compiler, "-q", "-I", "dts", "-O", "dtb", "-o", "-"] + arguments,
    descriptors: [input, output.descriptor, messages.descriptor], file: file)
  guard status == 0 else {
    let text = String(decoding: try messages.contents(), as: UTF8.self)
    throw DeviceTreeError(file: file, .compilerFailed(compilerMessages(in: text, file: file)))
  }
  return try output.contents()
}

/// Runs a program with the given standard input, output and error; returns its wait status.
private func spawn(
  _ arguments: [String], descriptors: [Int32], file: String
) throws(DeviceTreeError) -> Int32 {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for (target, descriptor) in descriptors.enumerated() {
    posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
  }
  var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
  defer { words.forEach { free($0) } }
  var pid: pid_t = 0
  let failure = posix_spawnp(&pid, arguments[0], &actions, nil, &words, environ)
  if failure == ENOENT { throw DeviceTreeError(file: file, .compilerMissing) }
  if failure != 0 { throw DeviceTreeError(file: file, .compilerUnusable(errno: failure)) }
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0 {
    guard errno == EINTR else {
      throw DeviceTreeError(file: file, .compilerUnusable(errno: errno))
    }
  }
  return status
}

/// Takes dtc's `Error: FILE:LINE.COLUMN-... text` and `FILE:LINE.COLUMN-...: ERROR (check): text` apart;
/// other lines are kept whole.
func compilerMessages(in text: String, file: String) -> [DeviceTreeError.CompilerMessage] {
  let messages = text.split(separator: "\n").filter {
    !$0.hasPrefix("FATAL ERROR: Unable to parse")
  }
  .map { line in
    compilerMessage(line, file: file)
  }
  return messages.isEmpty ? [.init(location: nil, text: "failed without a message")] : messages
}

private func compilerMessage(
  _ line: Substring, file: String
) -> DeviceTreeError.CompilerMessage {
  let whole = DeviceTreeError.CompilerMessage(location: nil, text: String(line))
  let body = line.hasPrefix("Error: ") ? line.dropFirst("Error: ".count) : line
  var place = body.prefix { $0 != " " }
  let text = body.dropFirst(place.count + 1)
  if place.last == ":" { place.removeLast() }
  guard let colon = place.lastIndex(of: ":") else { return whole }
  let position = place[place.index(after: colon)...].split { $0 == "." || $0 == "-" }
  guard position.count >= 2, let line = Int(position[0]), let column = Int(position[1]) else {
    return whole
  }
  let name = place[..<colon] == "<stdin>" ? file : String(place[..<colon])
  return .init(
    location: SourceLocation(file: name, line: line, column: column), text: String(text))
}

/// A file without a name, gone when closed.
private struct TemporaryFile {
  private let stream: UnsafeMutablePointer<FILE>
  let descriptor: Int32
  let name: String

  init(for name: String) throws(DeviceTreeError) {
    guard let stream = tmpfile() else {
      throw DeviceTreeError(file: name, .compilerUnusable(errno: errno))
    }
    self.stream = stream
    self.name = name
    descriptor = fileno(stream)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  func close() { fclose(stream) }

  /// Writes everything and goes back to the start, for the next reader.
  func write(_ bytes: [UInt8]) throws(DeviceTreeError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw DeviceTreeError(file: name, .compilerUnusable(errno: errno)) }
      rest = rest.dropFirst(count)
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  /// Everything in it, from the start.
  func contents() throws(DeviceTreeError) -> [UInt8] {
    lseek(descriptor, 0, SEEK_SET)
    return try read(descriptor, file: name)
  }
}

/// Reads to the end, or to just past what a tree may be long.
private func read(_ descriptor: Int32, file: String) throws(DeviceTreeError) -> [UInt8] {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while bytes.count <= Bounds.blobBytes {
    let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw DeviceTreeError(file: file, .unreadable(errno: errno)) }
    if count == 0 { break }
    bytes += chunk[..<count]
  }
  return bytes
}
