// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Macros for C99 and C++: NET_DRIVER_CHANNEL_VIRT_RX.
///
/// Macros have one scope, so names are compared as a whole.
struct CHeader {
  var top: String
  var guardName: String

  func text(_ domains: [(constants: DomainConstants, name: String)]) -> String {
    let blocks = domains.map { lines(of: $0.constants, prefix: $0.name) }
    let names = distinct(blocks.joined().compactMap { $0.macro?.name })
    var next = names.startIndex
    var text = """
      /* \(commentText(top)) */
      #ifndef \(guardName)_H
      #define \(guardName)_H

      """
    for line in blocks.joined() {
      guard let macro = line.macro else {
        text += line.comment.isEmpty ? "\n" : "/* \(commentText(line.comment)) */\n"
        continue
      }
      let note = line.comment.isEmpty ? "" : " /* \(commentText(line.comment)) */"
      text += "#define \(names[next]) \(macro.value)\(note)\n"
      next += 1
    }
    return text + "\n#endif\n"
  }

  private struct Line {
    var comment = ""
    var macro: (name: String, value: String)?
  }

  private func lines(of domain: DomainConstants, prefix: String) -> [Line] {
    var lines = [
      Line(), Line(comment: domain.note),
      Line(macro: ("\(prefix)_PRIORITY", "\(domain.priority)")),
    ]
    for group in domain.groups {
      let names = distinct(group.entries.map(\.name.constantCase))
      for (entry, name) in zip(group.entries, names) {
        lines += [Line(), Line(comment: entry.note)]
        for value in entry.values {
          let property = value.property.map { "_\($0.uppercased())" } ?? ""
          let macro = "\(prefix)_\(group.kind.words.constantCase)_\(name)\(property)"
          lines.append(Line(comment: value.note ?? "", macro: (macro, value.inC)))
        }
      }
    }
    return lines
  }
}

extension DomainConstants.Value {
  /// Words are unsigned long, which has 64 bits on every target.
  fileprivate var inC: String {
    form == .word ? "\(literal)UL" : number > UInt64(Int32.max) ? "\(number)UL" : literal
  }
}
