// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Reads the record of docs/own-system.md, and prints it; Tests/Boot/emulated.py runs it.

import Addresses
import GreetingRecord
import Microkit
import Records
import SerialWiring

@main enum Main {
  static func main() {
    run(Herald(Greeting.linked(), console: Console(SerialClientConfig.linked())))
  }
}

struct Herald: ProtectionDomain, ~Copyable {
  private var console: Console

  init(_ greeting: Greeting, console: consuming Console) {
    self.console = console
    for _ in 0..<greeting.times {
      self.console.write(greeting.text)
      self.console.write(", ")
      self.console.write(hexadecimal: UInt64(greeting.guest.value))
      self.console.write("\n")
    }
    self.console.flush()
  }
}
