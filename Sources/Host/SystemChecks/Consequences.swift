// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

/// Leaves out errors that only follow from another one, so that one mistake is one error: a
/// reference to something that could not be read, or a missing element beside a misspelled one.
/// What concerns the whole file gets the place of its root element.
func withoutConsequences(
  _ findings: [Finding], in root: XMLElement
) -> (findings: [Finding], broken: BrokenParts) {
  var findings = findings
  for index in findings.indices where findings[index].place == nil {
    findings[index].place = .source(root.location)
  }
  let errors = ErrorPlaces(findings)
  let broken = BrokenParts(errors, in: root)
  if errors.isEmpty { return (findings, broken) }
  let causes = Causes(errors: errors, broken: broken, root: root, findings: findings)
  return (findings.filter { !causes.explain($0) }, broken)
}

private struct Causes {
  let errors: ErrorPlaces
  let broken: BrokenParts
  /// Elements with errors by position, and the protection domain around each.
  private var elements: [Int: (element: XMLElement, domain: String?, channel: XMLElement?)] = [:]
  /// Protection domains whose priority could not be read.
  private var withoutPriority: Set<String> = []
  /// Names that several protection domains have.
  private var ambiguous: Set<String> = []

  init(errors: ErrorPlaces, broken: BrokenParts, root: XMLElement, findings: [Finding]) {
    self.errors = errors
    self.broken = broken
    collect(root, domain: nil, channel: nil)
    for finding in findings where finding.rule == Rule.duplicateName.rawValue {
      guard let element = element(at: finding)?.element, element.name == "protection_domain",
        let name = element.attribute("name")?.value
      else { continue }
      ambiguous.insert(name)
    }
  }

  private mutating func collect(_ element: XMLElement, domain: String?, channel: XMLElement?) {
    if errors.touch(element) {
      elements[ErrorPlaces.key(element.location)] = (element, domain, channel)
      for attribute in element.attributes where errors.touch(attribute) {
        elements[ErrorPlaces.key(attribute.location)] = (element, domain, channel)
      }
    }
    var domain = domain
    if element.name == "protection_domain" {
      domain = element.attribute("name")?.value
      if let priority = element.attribute("priority"), errors.touch(priority), let domain {
        withoutPriority.insert(domain)
      }
    }
    let channel = element.name == "channel" ? element : channel
    for child in element.children { collect(child, domain: domain, channel: channel) }
  }

  private func element(
    at finding: Finding
  ) -> (element: XMLElement, domain: String?, channel: XMLElement?)? {
    guard case .source(let location)? = finding.place else { return nil }
    return elements[ErrorPlaces.key(location)]
  }

  /// Whether another error explains this one.
  func explain(_ finding: Finding) -> Bool {
    guard let rule = Rule(rawValue: finding.rule),
      let (element, domain, channel) = element(at: finding)
    else { return false }
    switch rule {
    case .unknownName:
      return ["mr", "region_paddr", "pd", "domain"].contains { name in
        element.attribute(name).map { broken.undeclared.contains($0.value) } ?? false
      }
    case .domainCount:
      return broken.hasUnreadDomain
    case .missingElement:
      let wanted = ["end", "program_image", "vcpu", "domain_schedule"]
      return element.children.contains {
        errors.isUnreadable($0) && nearestName(to: $0.name, in: wanted) != nil
      }
    case .protectedCallPriority:
      let ends = channel?.children.compactMap { $0.attribute("pd")?.value } ?? []
      return ends.contains(where: withoutPriority.contains)
    case .duplicateID:
      let owner = element.name == "end" ? element.attribute("pd")?.value : domain
      return owner.map(ambiguous.contains) ?? false
    default:
      return false
    }
  }
}
