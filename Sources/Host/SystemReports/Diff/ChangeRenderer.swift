// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics

/// Turns changes into text for people or scripts.
public struct ChangeRenderer: Hashable, Sendable {
  /// Whether text may use ANSI colours.
  public var colour: Bool

  /// Creates a renderer; colour is for terminals only.
  public init(colour: Bool = false) { self.colour = colour }

  /// A line per change, beginning with `+` for added, `-` for removed, or `~` for changed or
  /// renamed.
  public func text(_ changes: [Change]) -> String { changes.map(line).joined() }

  /// A JSON array that ends in a newline; empty without changes.
  public func json(_ changes: [Change]) -> String { JSONWriter.document(changes) }

  private func line(_ change: Change) -> String {
    let (sign, code) =
      switch change.kind {
      case .added: ("+", "32")
      case .removed: ("-", "31")
      case .changed, .renamed: ("~", "33")
      }
    let place = change.domain.map { " in '\($0)'" } ?? ""
    let text = printable(
      "\(sign) \(change.subject.rawValue) '\(change.name)'\(place)\(detail(change))")
    return (colour ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text) + "\n"
  }

  private func detail(_ change: Change) -> String {
    if change.kind == .renamed {
      return change.attributes.first?.before.map { ", formerly '\($0)'" } ?? ""
    }
    let parts = change.attributes.map { attribute in
      switch (attribute.before, attribute.after) {
      case (let before?, let after?): "\(attribute.name) \(before) -> \(after)"
      case (let before?, nil):
        change.kind == .removed
          ? "\(attribute.name) \(before)" : "\(attribute.name) \(before) -> none"
      case (nil, let after?):
        change.kind == .added ? "\(attribute.name) \(after)" : "\(attribute.name) none -> \(after)"
      case (nil, nil): attribute.name
      }
    }
    return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
  }
}
