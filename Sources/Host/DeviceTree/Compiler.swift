// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import HostIO

/// Compiles `source`; tests replace `compiler`.
func compileDeviceTree(
  source: [UInt8], file: String, compiler: String = "dtc"
) throws(DeviceTreeError) -> [UInt8] {
  try compile("-", input: source, file: file, compiler: compiler)
}

func compileDeviceTree(path: String) throws(DeviceTreeError) -> [UInt8] {
  // Reading it here tells a missing file from one that dtc rejects.
  _ = try readFile(path)
  // dtc would take a name that starts with a hyphen for an option.
  return try compile(path.hasPrefix("-") ? "./\(path)" : path, input: [], file: path)
}

/// - Throws: also if the file is larger than any tree may be.
func readFile(_ path: String) throws(DeviceTreeError) -> [UInt8] {
  do throws(FileError) {
    return try Files.read(path, limit: Bounds.blobBytes)
  } catch {
    switch error.problem {
    case .read(let errno), .write(let errno):
      throw DeviceTreeError(file: path, .unreadable(errno: errno))
    case .tooLarge(let limit):
      throw DeviceTreeError(file: path, .exceeds(.blobBytes, limit))
    }
  }
}

private func compile(
  _ argument: String, input: [UInt8], file: String, compiler: String = "dtc"
) throws(DeviceTreeError) -> [UInt8] {
  let result: Subprocess.Result
  do throws(SubprocessError) {
    result = try Subprocess.run(
      [compiler, "-q", "-I", "dts", "-O", "dtb", "-o", "-", argument], input: input)
  } catch {
    switch error {
    case .missing: throw DeviceTreeError(file: file, .compilerMissing)
    case .failed(_, let errno): throw DeviceTreeError(file: file, .compilerUnusable(errno: errno))
    }
  }
  guard result.status == 0 else {
    throw DeviceTreeError(
      file: file, .compilerFailed(compilerMessages(in: result.errors, file: file)))
  }
  return result.output
}

/// Parses dtc's `Error: FILE:LINE.COLUMN-... text` and `FILE:LINE.COLUMN-...: ERROR (check): text`,
/// and keeps other lines whole.
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
