// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import SystemXML

extension SystemReader {
  /// `<ioport>`: a range of x86 I/O ports (since 2.1.0).
  mutating func ioPort(_ element: XMLElement) -> IOPort? {
    if context.architecture != .x86_64 {
      context.reportUnsupported(
        at: element.location, "<ioport>: only x86 has I/O ports", needs: "x86-64")
    }
    let reader = ElementReader(element, .ioPort, &context)
    warnOfContent(element)
    let id = reader.channelID("id", &context)
    let address = reader.number("addr", &context)
    let size = reader.nonNegative("size", &context)
    if size == 0 {
      context.report(
        .outOfRange, at: reader.location(of: "size"), "a range of 0 I/O ports",
        fix: "give the number of ports")
    }
    guard let id, let address, let size, size > 0 else { return nil }
    return IOPort(
      id: id, address: address, size: size, idSymbol: reader.text("setvar_id"),
      addressSymbol: reader.text("setvar_addr"), origin: reader.origin)
  }
}
