// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Modules of constants: net_driver::channel::VIRT_RX.
///
/// The attributes against warnings of unused constants are outer ones, so that the file can be
/// included, too.
struct RustHeader {
  /// Also the crates that are there without a declaration, whose names no module can have.
  static let keywords: Set = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "core",
    "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in",
    "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "std", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
  ]

  var top: String

  /// - Parameter isForOne: whether the file itself is the domain's module.
  func text(
    _ domains: [(constants: DomainConstants, name: String)], isForOne: Bool
  ) -> String {
    var text = "// \(commentText(top))\n"
    for domain in domains {
      let note = commentText(domain.constants.note)
      if isForOne {
        text += "// \(note)\n\n" + items(of: domain.constants, attribute: "#[allow(dead_code)]\n")
      } else {
        let items = items(of: domain.constants, attribute: "").split(
          separator: "\n", omittingEmptySubsequences: false
        ).map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
        text += "\n/// \(note)\n#[allow(dead_code)]\npub mod \(domain.name) {\n\(items)}\n"
      }
    }
    return text
  }

  private func items(of domain: DomainConstants, attribute: String) -> String {
    var text = "\(attribute)pub const PRIORITY: u8 = \(domain.priority);\n"
    for group in domain.groups {
      let noun = group.kind.noun
      let stems = distinct(
        group.entries.map { $0.name.startingWithLetter(after: noun).constantCase })
      let names = distinct(
        zip(group.entries, stems).flatMap { entry, stem in
          entry.values.map { $0.property.map { "\(stem)_\($0.uppercased())" } ?? stem }
        })
      var next = names.startIndex
      text += "\n\(attribute)pub mod \(group.kind.words.snakeCase) {\n"
      for entry in group.entries {
        for (index, value) in entry.values.enumerated() {
          if index == 0 { text += "    /// \(commentText(entry.note))\n" }
          let note = value.note.map { " // \(commentText($0))" } ?? ""
          text += "    pub const \(names[next]): \(value.inRust);\(note)\n"
          next += 1
        }
      }
      text += "}\n"
    }
    return text
  }
}

extension DomainConstants.Value {
  /// The type and the value. rust-sel4's channels, children and addresses are usize.
  fileprivate var inRust: String {
    "\(property == "permissions" ? "u8" : "usize") = \(literal)"
  }
}
