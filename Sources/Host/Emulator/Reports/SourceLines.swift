// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import ELFImage
import HostIO

/// Source lines of addresses, where the image has debug information and llvm-symbolizer or addr2line is
/// installed. For rare events only: each new address starts a process.
final class SourceLines {
  private var known: [String: String?] = [:]
  /// Both take addresses and print "file:line" for each, or question marks without debug information.
  private var programs = ["llvm-symbolizer", "addr2line"]

  /// "crasher.c:12"; nil if the line cannot be found.
  func line(of address: UInt64, in image: String) -> String? {
    let key = "\(image) \(address)"
    if let line = known[key] { return line }
    let line = lookUp(address, image)
    known[key] = line
    return line
  }

  private func lookUp(_ address: UInt64, _ image: String) -> String? {
    while let program = programs.first {
      let options = program == "addr2line" ? [] : ["--functions=none", "--no-inlines"]
      let arguments = [program, "-e", image] + options + [hex(address)]
      if let result = try? Subprocess.run(arguments), result.status == 0 {
        return Self.parse(String(decoding: result.output, as: UTF8.self))
      }
      programs.removeFirst()
    }
    return nil
  }

  /// The first line of either program's output; nil for "??:0" and the like.
  static func parse(_ text: String) -> String? {
    guard let first = text.split(separator: "\n").first, !first.hasPrefix("?") else { return nil }
    let words = first.split(separator: " ")
    let parts = (words.first ?? "").split(separator: ":")
    guard parts.count >= 2, let line = Int(parts[1]), line > 0 else { return nil }
    return "\(parts[0]):\(line)"
  }
}

extension ELFImage {
  /// "main+0x10 (0x200010, main.c:7)", leaving out what is not known.
  func describe(_ address: UInt64, line: String?) -> String {
    let place = line.map { "\(hex(address)), \($0)" } ?? hex(address)
    guard let symbol = nearestSymbol(to: address) else { return place }
    return "\(symbol.name)+\(hex(address - symbol.value)) (\(place))"
  }
}

extension Kernel {
  /// "'hello' at main+0x10 (0x200010, main.c:7)": where the thread makes its system call.
  func place(of thread: Thread) -> String {
    "'\(thread.name)' at \(describe(callAddress(of: thread), in: thread))"
  }

  /// "main+0x10 (0x200010, main.c:7)".
  func describe(_ address: UInt64, in thread: Thread) -> String {
    thread.image.describe(address, line: sourceLines.line(of: address, in: thread.image.name))
  }
}
