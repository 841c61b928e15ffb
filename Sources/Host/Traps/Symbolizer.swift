// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Glibc
import HostIO

/// Finds the source lines of addresses with llvm-symbolizer, which every Swift toolchain includes.
public struct Symbolizer: Sendable {
  private let program: String

  /// Finds llvm-symbolizer in a directory of `searchPath`, or beside a swiftc found there; nil if there is none.
  ///
  /// - Parameter searchPath: directories separated by colons, as in PATH.
  public static func find(searchPath: String) -> Symbolizer? {
    let name = "llvm-symbolizer"
    for directory in searchPath.split(separator: ":") {
      if isExecutable("\(directory)/\(name)") { return Symbolizer(program: "\(directory)/\(name)") }
      // Swift's installer puts links to the compiler, but not to this program, into the search path.
      guard let compiler = realPath("\(directory)/swiftc"), let slash = compiler.lastIndex(of: "/")
      else { continue }
      let beside = "\(compiler[..<slash])/\(name)"
      if isExecutable(beside) { return Symbolizer(program: beside) }
    }
    return nil
  }

  /// For each address, the reason and source line of the trap; nil without debug information. Empty if the
  /// program fails.
  func reasons(of addresses: [UInt64], in file: String) -> [String?] {
    let input = addresses.map { "0x" + String($0, radix: 16) + "\n" }.joined()
    guard
      let result = try? Subprocess.run(
        [program, "--obj=\(file)", "--output-style=LLVM"], input: Array(input.utf8)),
      result.status == 0
    else { return [] }
    return Self.parse(String(decoding: result.output, as: UTF8.self))
  }

  /// Parses the output: a paragraph for each address, with two lines for each frame, innermost first: the
  /// function, and file:line:column.
  static func parse(_ text: String) -> [String?] {
    var reasons: [String?] = []
    var frames: [(function: Substring, place: Substring)] = []
    var function: Substring?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty {
        if !frames.isEmpty { reasons.append(reason(frames)) }
        (frames, function) = ([], nil)
      } else if let name = function {
        frames.append((name, line))
        function = nil
      } else {
        function = line
      }
    }
    return reasons
  }

  private static func reason(_ frames: [(function: Substring, place: Substring)]) -> String? {
    let prefix = "Swift runtime failure: "
    let failure = frames.first?.function ?? ""
    let what = failure.hasPrefix(prefix) ? failure.dropFirst(prefix.count) : "trap"
    // Line 0 marks generated code, or code that several lines share.
    for frame in frames {
      let parts = frame.place.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count >= 3, let line = Int(parts[parts.count - 2]), line > 0 else { continue }
      let path = parts.dropLast(2).joined(separator: ":")
      return "\(what) at \(path):\(line)"
    }
    return frames.first.map { _ in String(what) }
  }

  private static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
