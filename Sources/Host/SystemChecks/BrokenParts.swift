// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

/// What errors have touched in a file: what seems to be missing may only have been unreadable.
/// Empty if the file has no errors.
public struct BrokenParts: Hashable, Sendable {
  /// Names that elements with errors mention, and the domains around them.
  private var domains: Set<String> = []
  private var regions: Set<String> = []
  /// Names that elements which could not be read may have declared.
  private(set) var undeclared: Set<String> = []
  /// Whether a channel could not be read or names an unknown domain.
  private(set) var hasChannel = false
  /// Whether something names an unknown region, or a map could not be read.
  private(set) var hasRegionName = false
  /// Whether an element that may have been a protection domain could not be read.
  private(set) var hasUnreadDomain = false

  /// Nothing is broken.
  public init() {}

  func mentions(domain: String) -> Bool { domains.contains(domain) }
  func mentions(region: String) -> Bool { regions.contains(region) }

  init(_ errors: ErrorPlaces, in root: XMLElement) {
    if errors.isEmpty { return }
    for child in root.children { visit(child, errors, around: []) }
  }

  private mutating func visit(_ element: XMLElement, _ errors: ErrorPlaces, around: [String]) {
    if errors.isUnreadable(element) {
      domains.formUnion(around)
      takeAll(of: element)
      return
    }
    if errors.touch(element) {
      domains.formUnion(around)
      take(element)
    }
    // The Microkit tool reads a channel's ends together.
    if element.name == "channel", element.children.contains(where: errors.touch) {
      element.children.forEach { take($0) }
    }
    let name = element.name == "protection_domain" ? element.attribute("name")?.value : nil
    let inner = around + (name.map { [$0] } ?? [])
    for child in element.children { visit(child, errors, around: inner) }
  }

  private mutating func takeAll(of element: XMLElement) {
    take(element)
    switch element.name {
    case "memory_region", "protection_domain", "domain", "channel", "end", "map", "irq", "setvar":
      // Without its name, any value may be the name.
      undeclared.formUnion(element.attributes.map(\.value))
    default:
      undeclared.formUnion(element.attributes.map(\.value))
      hasUnreadDomain = true
      hasChannel = true
      hasRegionName = true
    }
    if element.name == "protection_domain" { hasUnreadDomain = true }
    for child in element.children { takeAll(of: child) }
  }

  private mutating func take(_ element: XMLElement) {
    switch element.name {
    case "channel", "end": hasChannel = true
    case "map", "setvar": hasRegionName = true
    default: break
    }
    for attribute in element.attributes {
      switch attribute.name {
      case "mr", "region_paddr": regions.insert(attribute.value)
      case "pd": domains.insert(attribute.value)
      case "name" where element.name == "memory_region": regions.insert(attribute.value)
      case "name": domains.insert(attribute.value)
      default: break
      }
    }
  }
}

/// Where a file has errors.
struct ErrorPlaces {
  private var rules: [Int: Set<String>] = [:]

  init(_ findings: [Finding]) {
    for finding in findings where finding.severity == .error {
      guard case .source(let location)? = finding.place else { continue }
      rules[Self.key(location), default: []].insert(finding.rule)
    }
  }

  var isEmpty: Bool { rules.isEmpty }

  /// Whether there is an error at the element's tag or one of its attributes.
  func touch(_ element: XMLElement) -> Bool {
    rules[Self.key(element.location)] != nil
      || element.attributes.contains { rules[Self.key($0.location)] != nil }
  }

  /// Whether an attribute has an error.
  func touch(_ attribute: XMLElement.Attribute) -> Bool {
    rules[Self.key(attribute.location)] != nil
  }

  /// Whether the element does not exist there, or lacks the name that would make it known.
  func isUnreadable(_ element: XMLElement) -> Bool {
    if rules[Self.key(element.location)]?.contains(Rule.unknownElement.rawValue) ?? false {
      return true
    }
    return ["memory_region", "protection_domain", "domain"].contains(element.name)
      && element.attribute("name") == nil && touch(element)
  }

  /// A position as a number, which is quicker to hash.
  static func key(_ location: SourceLocation) -> Int { location.line << 20 | location.column }
}
