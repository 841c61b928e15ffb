// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import Microkit

/// Runs when no other domain does, and lets the processor sleep (docs/adr/0010).
@main enum Main {
  static func main() { sleepForever() }
}
