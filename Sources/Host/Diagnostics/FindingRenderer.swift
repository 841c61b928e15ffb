// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import FoundationEssentials

/// Turns findings into what a person, a script or a forge's annotations read. The only place that
/// decides how errors look.
public struct FindingRenderer: Sendable {
  public enum Format: String, CaseIterable, Sendable {
    /// `file:line:col: error: message [rule]`, the fix on a line of its own.
    case text
    /// One JSON document with every finding.
    case json
    /// Workflow commands that GitHub shows on the changed lines of a pull request.
    case github
  }

  public var format: Format
  /// Whether text output may use ANSI colours.
  public var colour: Bool

  public init(format: Format, colour: Bool = false) {
    self.format = format
    self.colour = colour
  }

  public func render(_ findings: [Finding]) -> String {
    switch format {
    case .text: findings.map(text).joined()
    case .json: json(findings)
    case .github: findings.map(annotation).joined()
    }
  }

  // MARK: Text

  private func text(_ finding: Finding) -> String {
    let place = finding.place.map { paint("\($0)", "1") + ": " } ?? ""
    let label =
      switch finding.severity {
      case .error: paint("error", "1;31")
      case .warning: paint("warning", "1;33")
      }
    var line = "\(place)\(label): \(finding.message) \(paint("[\(finding.rule)]", "2"))\n"
    if let fix = finding.fix { line += "  \(paint("fix:", "1;32")) \(fix)\n" }
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
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Strings and integers always encode; an empty document would be the honest answer if not.
    guard let data = try? encoder.encode(report) else { return "{}\n" }
    return String(decoding: data, as: UTF8.self) + "\n"
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
      default: result.unicodeScalars.append(scalar)
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
