// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import HostIO

/// Source lines of addresses, as far as an image has debug information and a program that reads it is
/// installed. Asked for faults only: it starts a process for each address that is new.
final class SourceLines {
  private var known: [String: String?] = [:]
  /// Both take addresses and print "file:line" for each; without debug information, question marks.
  private var programs = ["llvm-symbolizer", "addr2line"]

  /// "crasher.c:12"; nil if nobody knows.
  func line(of address: UInt64, in image: String) -> String? {
    let key = "\(image) \(address)"
    if let line = known[key] { return line }
    let line = ask(address, image)
    known[key] = line
    return line
  }

  private func ask(_ address: UInt64, _ image: String) -> String? {
    while let program = programs.first {
      let options = program == "addr2line" ? [] : ["--functions=none", "--no-inlines"]
      let arguments = [program, "-e", image] + options + [hex(address)]
      if let result = try? Subprocess.run(arguments), result.status == 0 {
        let text = String(decoding: result.output, as: UTF8.self)
        return Self.parse(text)
      }
      programs.removeFirst()
    }
    return nil
  }

  /// The first line of either program's answer; nil for "??:0" and the like.
  static func parse(_ text: String) -> String? {
    guard let first = text.split(separator: "\n").first, !first.hasPrefix("?") else { return nil }
    let words = first.split(separator: " ")
    let parts = (words.first ?? "").split(separator: ":")
    guard parts.count >= 2, let line = Int(parts[1]), line > 0 else { return nil }
    return "\(parts[0]):\(line)"
  }
}
