// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import CMicrokit

/// How often this protection domain's parent has restarted it: the only state that survives a restart.
public var restarts: UInt64 { cmicrokit_restarts() }

/// Lets all other runnable domains of the same priority run before this one continues. A deferred operation is sent
/// first.
///
/// Meant for a domain whose budget equals its period. With a smaller budget it forfeits the rest of the budget, and
/// waits until the budget is replenished (sel4, `handleYield`).
public func yieldTurn() {
  Deferred.flush()
  Kernel.yield()
}

/// Puts the processor to sleep between interrupts, forever. Only for the domain of lowest priority: domains below
/// it never run.
public func sleepForever() -> Never {
  while true { cmicrokit_wait_for_interrupt() }
}
