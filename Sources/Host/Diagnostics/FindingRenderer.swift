// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

/// Turns findings into text for people, scripts or a forge's annotations. Nothing else decides how
/// errors look.
public struct FindingRenderer: Sendable {
  /// Who reads the findings.
  public enum Format: String, CaseIterable, Sendable {
    /// `file:line:col: error: message [rule]`, with the fix on the next line.
    case text
    /// One JSON document with the counts and every finding.
    case json
    /// Workflow commands that GitHub shows on the changed lines of a pull request.
    case github
  }

  /// The format of everything that this renderer makes.
  public var format: Format
  /// Whether text output may use ANSI colours.
  public var colour: Bool

  /// Creates a renderer; colour is for terminals only.
  public init(format: Format, colour: Bool = false) {
    self.format = format
    self.colour = colour
  }

  /// The findings in the order given, each ending in a newline.
  public func render(_ findings: [Finding]) -> String {
    switch format {
    case .text: findings.map(text).joined()
    case .json: json(findings)
    case .github: findings.map(annotation).joined()
    }
  }

  // MARK: Text

  private func text(_ finding: Finding) -> String {
    let place = finding.place.map { paint(printable("\($0)"), "1") + ": " } ?? ""
    let label =
      switch finding.severity {
      case .error: paint("error", "1;31")
      case .warning: paint("warning", "1;33")
      }
    let rule = paint("[\(finding.rule)]", "2")
    var line = "\(place)\(label): \(printable(finding.message)) \(rule)\n"
    if let fix = finding.fix { line += "  \(paint("fix:", "1;32")) \(printable(fix))\n" }
    return line
  }

  private func paint(_ text: String, _ code: String) -> String {
    colour ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }

  // MARK: JSON

  private struct JSONFinding: Encodable {
    var rule: String
    var severity: Finding.Severity
    var message: String
    var fix: String?
    var place: String?
    var file: String?
    var line: Int?
    var column: Int?

    init(_ finding: Finding) {
      rule = finding.rule
      severity = finding.severity
      message = finding.message
      fix = finding.fix
      place = finding.place?.description
      switch finding.place {
      case .source(let location)?:
        (file, line, column) = (location.file, location.line, location.column)
      case .file(let name, detail: _)?:
        file = name
      case .entity?, .option?, nil:
        break
      }
    }
  }

  private struct JSONReport: Encodable {
    var errors: Int
    var warnings: Int
    var findings: [JSONFinding]
  }

  private func json(_ findings: [Finding]) -> String {
    let report = JSONReport(
      errors: findings.count { $0.severity == .error },
      warnings: findings.count { $0.severity == .warning },
      findings: findings.map(JSONFinding.init))
    return JSONWriter.document(report)
  }

  // MARK: GitHub

  /// https://docs.github.com/actions: `::error file=...,line=...,col=...,title=...::message`
  private func annotation(_ finding: Finding) -> String {
    var properties: [String] = []
    switch finding.place {
    case .source(let location)?:
      properties = [
        "file=\(property(location.file))", "line=\(location.line)", "col=\(location.column)",
      ]
    case .file(let name, detail: _)?:
      properties = ["file=\(property(name))"]
    case .entity?, .option?, nil:
      break
    }
    properties.append("title=\(property(finding.rule))")
    var message = finding.message
    switch finding.place {
    case .file(_, detail: let detail?)?: message = "\(detail): \(message)"
    case .entity(let name)?, .option(let name)?: message = "\(name): \(message)"
    default: break
    }
    if let fix = finding.fix { message += "\nfix: \(fix)" }
    let command = finding.severity == .error ? "error" : "warning"
    return "::\(command) \(properties.joined(separator: ","))::\(escaped(message))\n"
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      default: result += printable(scalar)
      }
    }
    return result
  }

  private func property(_ text: String) -> String {
    var result = ""
    for scalar in escaped(text).unicodeScalars {
      switch scalar {
      case ":": result += "%3A"
      case ",": result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
