// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import SystemModel
import SystemXML

extension SystemReader {
  mutating func channel(_ element: XMLElement) -> Channel? {
    let reader = ElementReader(element, .channel, &context)
    var ends: [Channel.End] = []
    var count = 0
    for child in element.children {
      guard child.name == "end" else {
        unknown(child, in: "channel", known: ["end"])
        continue
      }
      count += 1
      if let end = end(child) { ends.append(end) }
    }
    if count != 2 {
      context.report(
        .missingElement, at: element.location, "a channel with \(count) ends",
        fix: "give it exactly two <end> elements")
    }
    guard count == 2, ends.count == 2 else { return nil }
    return Channel(ends[0], ends[1], origin: reader.origin)
  }

  private mutating func end(_ element: XMLElement) -> Channel.End? {
    let reader = ElementReader(element, .end, &context)
    warnOfContent(element)
    let id = reader.channelID("id", &context)
    var (mayCall, mayNotify) = (false, true)
    if context.sdk >= .v2_0_1 {
      mayCall = reader.boolean("pp", &context) ?? false
      mayNotify = reader.boolean("notify", &context) ?? true
    }
    guard let domain = reader.text("pd"), let id else { return nil }
    return Channel.End(
      domain, id: id, mayCall: mayCall, mayNotify: mayNotify, idSymbol: reader.text("setvar_id"),
      origin: reader.origin)
  }
}
