// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Enumerations without cases: NetDriver.Channel.virtRx.
struct SwiftHeader {
  /// Keywords, and types that the constants have: a nested type would hide them.
  static let typeKeywords: Set = ["Any", "Protocol", "Self", "Swift", "Type", "UInt", "UInt8"]

  private static let memberKeywords: Set = [
    "as", "associatedtype", "await", "break", "case", "catch", "class", "continue", "default",
    "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate",
    "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
    "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return",
    "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "var", "where", "while",
  ]

  var top: String

  func text(_ domains: [(constants: DomainConstants, name: String)]) -> String {
    "// \(commentText(top))\n"
      + domains.map { "\n" + text(of: $0.constants, name: $0.name) }.joined()
  }

  private func text(of domain: DomainConstants, name: String) -> String {
    var text = """
      /// \(commentText(domain.note))
      enum \(name) {
        static let priority: UInt8 = \(domain.priority)

      """
    for group in domain.groups {
      text += "\n  enum \(group.kind.inSwift) {\n"
      text += group.entries.contains { $0.values.count > 1 } ? types(group) : members(group)
      text += "  }\n"
    }
    return text + "}\n"
  }

  private func members(_ group: (kind: DomainConstants.Kind, entries: [DomainConstants.Entry]))
    -> String
  {
    let names = distinct(
      group.entries.map { $0.name.startingWithLetter(after: group.kind.noun).memberCase },
      keywords: Self.memberKeywords)
    return zip(group.entries, names).map { entry, name in
      "    /// \(commentText(entry.note))\n"
        + entry.values.map { "    static let \(name): \($0.inSwift)\n" }.joined()
    }.joined()
  }

  private func types(_ group: (kind: DomainConstants.Kind, entries: [DomainConstants.Entry]))
    -> String
  {
    let names = distinct(
      group.entries.map { $0.name.startingWithLetter(after: group.kind.noun).typeCase },
      keywords: Self.typeKeywords)
    return zip(group.entries, names).map { entry, name in
      let values = entry.values.map { value in
        let note = value.note.map { "  // \(commentText($0))" } ?? ""
        return
          "      static let \(Words(value.property ?? "id").memberCase): \(value.inSwift)\(note)\n"
      }
      return "    /// \(commentText(entry.note))\n    enum \(name) {\n\(values.joined())    }\n"
    }.joined(separator: "\n")
  }
}

extension DomainConstants.Kind {
  fileprivate var inSwift: String {
    switch self {
    case .interrupt: "IRQ"
    case .ioPort: "IOPort"
    case .virtualCPU: "VCPU"
    default: words.typeCase
    }
  }
}

extension DomainConstants.Value {
  /// The type and the value.
  fileprivate var inSwift: String {
    "\(form == .small && number <= UInt64(UInt8.max) ? "UInt8" : "UInt") = \(literal)"
  }
}
