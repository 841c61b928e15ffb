// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Diagnostics
import SystemModel
import SystemXML

extension SystemReader {
  /// - Parameters:
  ///   - schema: for the maps of a protection domain or of a virtual machine.
  ///   - space: what it maps into; it must begin below the end.
  mutating func map(
    _ element: XMLElement, _ schema: ElementSchema, in space: MappedSpace
  ) -> Map? {
    let reader = ElementReader(element, schema, &context)
    warnOfContent(element)
    let address = reader.number("vaddr", &context)
    if let address, let limit = context.end(of: space, reachedBy: address), address >= limit {
      context.report(
        .addressTooHigh, at: reader.location(of: "vaddr"),
        "vaddr \(hexadecimal(address)) is not below \(hexadecimal(limit))",
        fix: "map it below the stack")
    }
    if address == 0, context.sdk < .v2_0_1 {
      context.report(
        .outOfRange, at: reader.location(of: "vaddr"), "Microkit 1.4.1 panics on vaddr 0",
        fix: "map it at 0x1000 or above")
    }
    let permissions = permissions(reader)
    let cached = reader.boolean("cached", &context)
    guard let region = reader.text("mr"), let address else { return nil }
    return Map(
      region, at: VirtualAddress(address), permissions ?? .readWrite, cached: cached ?? true,
      addressSymbol: reader.text("setvar_vaddr"), sizeSymbol: reader.text("setvar_size"),
      prefillSizeSymbol: reader.text("setvar_prefill_size"), origin: reader.origin)
  }

  private mutating func permissions(_ reader: ElementReader) -> Permissions? {
    guard let text = reader.text("perms") else { return nil }
    var permissions: Permissions = []
    for letter in text {
      switch letter {
      case "r": permissions.insert(.read)
      case "w": permissions.insert(.write)
      case "x": permissions.insert(.execute)
      default:
        context.report(
          .badValue, at: reader.location(of: "perms"),
          "perms=\"\(text)\" contains '\(letter)'", fix: "combine the letters r, w and x")
        return nil
      }
    }
    if permissions == .write {
      context.report(
        .badValue, at: reader.location(of: "perms"), "the kernel cannot map memory write-only",
        fix: "use perms=\"rw\"")
      return nil
    }
    return permissions
  }
}
