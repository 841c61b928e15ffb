// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Expects another version of the record that its system has.

import Microkit
import Records
import SerialWiring

private struct Greeting: ProgramRecord {
  static var name: StaticString { "greeting" }
  var times: UInt32 = 1

  mutating func visit(_ fields: inout some RecordFields) { fields.visit("times", &times) }
}

@main enum Main {
  static func main() {
    debugPrint(hexadecimal: UInt64(Greeting.linked().times))
    run(Reader())
  }
}

struct Reader: ProtectionDomain {}
