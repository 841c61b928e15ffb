// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// The record of docs/own-system.md, where the text says what its properties are.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import Addresses
import Records

public struct Greeting: ProgramRecord {
  public static var name: StaticString { "greeting" }
  public var times: UInt16 = 1
  public var text: RecordText<64> = "good day"
  public var guest = IPv4Address.unspecified

  public init() {}

  public mutating func visit(_ fields: inout some RecordFields) {
    fields.visit("times", &times)
    fields.visit("text", &text)
    fields.visit("guest", &guest)
  }
}
