// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import SystemXML

extension SystemReader {
  /// `<io_address_space>`: what a device behind an IOMMU can reach (since 2.3.0).
  mutating func ioAddressSpace(_ element: XMLElement) -> IOAddressSpace? {
    if !context.hasIOMMU {
      context.reportUnsupported(
        at: element.location, "<io_address_space> needs a kernel with IOMMU support",
        needs: "x86-64 and Microkit SDK 2.3.0 or newer")
    }
    let reader = ElementReader(element, .ioAddressSpace, &context)
    _ = reader.number("domain_id", &context)
    pciAddress(reader, attribute: "peripheral_id")
    var maps: [IOAddressSpace.IOMap] = []
    for child in element.children {
      guard child.name == "iomap" else {
        unknown(child, in: "io_address_space", known: ["iomap"])
        continue
      }
      if let map = ioMap(child) { maps.append(map) }
    }
    return IOAddressSpace(attributes: values(element), maps: maps, origin: reader.origin)
  }

  private mutating func ioMap(_ element: XMLElement) -> IOAddressSpace.IOMap? {
    let reader = ElementReader(element, .ioMap, &context)
    warnOfContent(element)
    let address = reader.number("iovaddr", &context)
    if let address, address >= Limits.ioAddressSpaceEnd {
      context.report(
        .addressTooHigh, at: reader.location(of: "iovaddr"),
        "iovaddr \(hexadecimal(address)) is not below \(hexadecimal(Limits.ioAddressSpaceEnd))",
        fix: "map it lower")
    }
    if let text = reader.text("perms"), text.isEmpty || !text.allSatisfy({ $0 == "r" || $0 == "w" })
    {
      context.report(
        .badValue, at: reader.location(of: "perms"),
        "perms=\"\(text)\" is not a combination of 'r' and 'w'", fix: "write r, w or rw")
    }
    guard reader.text("mr") != nil, address != nil else { return nil }
    return IOAddressSpace.IOMap(attributes: values(element), origin: reader.origin)
  }

  private func values(_ element: XMLElement) -> [String: String] {
    Dictionary(
      element.attributes.filter { !$0.isQualified }.map { ($0.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
  }
}
