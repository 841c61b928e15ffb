// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// Lets the processor sleep between interrupts, for ever. For a domain that is less urgent than all others:
/// those below it never run.
public func sleepForEver() -> Never {
  while true { cmicrokit_wait_for_interrupt() }
}
