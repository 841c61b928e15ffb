// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import SystemXML

extension SystemReader {
  mutating func cspace(_ element: XMLElement) -> [GrantedCapability] {
    _ = ElementReader(element, .cspace, &context)
    return element.children.compactMap { child in
      guard let kind = GrantedCapability.Kind(rawValue: child.name) else {
        unknown(child, in: "cspace", known: GrantedCapability.Kind.allCases.map(\.rawValue))
        return nil
      }
      return capability(child, kind)
    }
  }

  private mutating func capability(
    _ element: XMLElement, _ kind: GrantedCapability.Kind
  ) -> GrantedCapability? {
    let reader = ElementReader(element, .capability, &context)
    warnOfContent(element)
    guard let slot = reader.number("slot", &context), let domain = reader.text("pd") else {
      return nil
    }
    if slot == 0 || slot >= Limits.capabilitySlots {
      context.report(
        .outOfRange, at: reader.location(of: "slot"), "slot \(slot) cannot be used",
        fix: "use a slot from 1 to \(Limits.capabilitySlots - 1)")
    }
    return GrantedCapability(kind, of: domain, slot: slot, origin: reader.origin)
  }
}
